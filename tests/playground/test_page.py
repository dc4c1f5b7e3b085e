"""The page in a real browser: its numbers are the library's, and all its handles work."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import groupkit as gk
from groupkit.playground import write_page
from tests.chromium import FLAGS, find_chromium
from tests.playground.planar import COLOURED, GROUPS, SKEW, convolve, lift, moved, pool

pytestmark = pytest.mark.browser

PATIENCE = 600_000  # milliseconds: processors may be busy with other tests
MARKUP = gk.p2.restrict([0, 1], name="</script><b>&amp;")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("playground") / "page.html"
    return write_page(path, [*GROUPS, gk.catalog["cm"], MARKUP]).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS, timeout=PATIENCE
        )
        yield started
        started.close()


def visited(page: Page, address: str) -> Iterator[Page]:
    """Yield the page, and then require that it had no error and asked for no other file."""
    complaints: list[str] = []
    asked: list[str] = []
    listeners: dict[Any, Any] = {
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    yield page
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert complaints == []
    assert {url.partition("#")[0] for url in asked} <= {address.partition("#")[0], "data:,"}


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Page:
    return browser.new_context(reduced_motion="reduce").new_page()


@pytest.fixture
def page(tab: Page, address: str) -> Iterator[Page]:
    tab.set_viewport_size({"width": 1280, "height": 720})
    yield from visited(tab, address)


@pytest.fixture
def moving(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_context(reduced_motion="no-preference").new_page()
    page.clock.install(time=0)
    yield from visited(page, f"{address}#p4m")
    page.context.close()


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
        reduced_motion="reduce",
    )
    yield from visited(context.new_page(), f"{address}#p6m")
    context.close()


def choose(page: Page, **choices: str) -> dict[str, Any]:
    """Choose by the labels of the fields, such as Group="p4"; return what is shown then."""
    for label, option in choices.items():
        field = page.get_by_label(label.replace("_", " "), exact=True)
        field.select_option(label=option)
    return snapshot(page)


def snapshot(page: Page) -> dict[str, Any]:
    """Return what the page shows, as numbers."""
    shown: dict[str, Any] = json.loads(page.evaluate("JSON.stringify(playground.snapshot())"))
    return shown


def wait_until(page: Page, condition: str) -> None:
    """Ask until something holds; the page's own policy forbids Playwright's way of waiting."""
    until = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        assert time.monotonic() < until, condition
        page.wait_for_timeout(20)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{re.escape(name)}:")).click()


def stir(page: Page, group: gk.SplitGroup) -> None:
    """Move an image without symmetry by an element that is no special one."""
    page.get_by_label("Picture").select_option("noise")
    for button in page.locator("#moves button:not(#reset)").all():
        button.click()
        page.locator("#image").press("ArrowRight")
    page.locator("#image").press("ArrowUp")
    if group.order > 1:
        page.locator("#moves button").first.click()


def flat(values: list[float], side: int = 33) -> np.ndarray:
    return np.array(values).reshape(-1, side, side)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_numbers_are_those_of_the_definition(page: Page, group: gk.SplitGroup) -> None:
    choose(page, Group=group.name)
    stir(page, group)
    lifted = choose(page, Preset="random")
    move, image = lifted["move"], flat(lifted["image"])[0]
    expected = moved(group, move["s"], move["t"], image)
    assert np.array_equal(flat(lifted["moved"])[0], expected)
    first = lift(group, lifted["window"], np.array(lifted["lifting"]), expected)
    assert np.abs(first).max() > 0.1
    assert np.array_equal(flat(lifted["features"]), first)
    assert np.array_equal(flat(lifted["movedFeatures"]), first)

    page.get_by_label("then ReLU").check()
    second = choose(page, Preset="random")
    weight = np.array(second["second"])
    expected = convolve(group, second["window"], weight, np.maximum(first, 0))
    assert np.abs(expected).max() > 0.1
    assert np.array_equal(flat(second["features"]), expected)
    assert second["error"] == 0

    subgroups = page.get_by_label("Pool over cosets of")
    for number, how in enumerate(("maximum", "mean", "maximum")):
        subgroups.select_option(index=(number * group.order // 2) % subgroups.locator("*").count())
        pooled = choose(page, by=how)
        by_definition = pool(group, pooled["members"], expected, pooled["pooling"])
        assert np.abs(flat(pooled["features"]) - by_definition).max() < 1e-12
        assert pooled["error"] == 0


@pytest.mark.parametrize("group", [gk.p4m, gk.p6, SKEW, COLOURED], ids=lambda group: group.name)
def test_its_python_computes_the_same(page: Page, group: gk.SplitGroup) -> None:
    choose(page, Group=group.name)
    stir(page, group)
    page.get_by_label("then ReLU").check()
    page.get_by_label("Pool over cosets of").select_option("1")
    shown = choose(page, Preset="random")
    names: dict[str, Any] = {}
    exec(page.locator("#python").inner_text(), names)
    x = torch.tensor(shown["moved"], dtype=torch.float64).reshape(1, 1, 33, 33)
    with torch.no_grad():
        features = names["network"].double()(x)[0, 0].numpy()
    assert np.array_equal(flat(shown["features"]), features)


def test_rotations_and_mirrors_act_on_the_left(page: Page) -> None:
    choose(page, Group="p4m", Picture="an arrow")
    start = flat(snapshot(page)["image"])[0]
    centred = np.fft.fftshift(start)  # index 0 in the middle, as it is shown
    press(page, "r")
    assert np.array_equal(np.fft.fftshift(flat(snapshot(page)["moved"])[0]), np.rot90(centred))
    press(page, "m")
    flipped = np.rot90(centred)[::-1]
    assert np.array_equal(np.fft.fftshift(flat(snapshot(page)["moved"])[0]), flipped)
    assert "moved by g = mr" in page.locator("#image-place").inner_text()
    press(page, "m")
    press(page, "r⁻¹")
    assert np.array_equal(flat(snapshot(page)["moved"])[0], start)
    assert "Nothing is moved" in page.locator("#verdict").inner_text()


def test_arrow_keys_move_the_image(page: Page) -> None:
    choose(page, Group="p4")
    image = page.locator("#image")
    image.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    now = snapshot(page)
    assert now["move"]["t"] == [1, 2]
    assert np.array_equal(flat(now["moved"])[0], np.roll(flat(now["image"])[0], (1, 2), (0, 1)))
    assert now["error"] == 0
    page.keyboard.press("Home")
    assert snapshot(page)["move"]["t"] == [0, 0]


@pytest.mark.parametrize("name", ["p4", "p6", "pm"])
def test_dragging_moves_the_image_with_the_pointer(page: Page, name: str) -> None:
    choose(page, Group=name, Picture="one cell")
    box = page.locator("#image").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 25, steps=4)
    now = snapshot(page)
    page.mouse.up()
    page.mouse.move(x - 40, y)
    assert snapshot(page)["move"] == now["move"]  # let go
    assert now["move"]["t"] != [0, 0]
    assert now["error"] == 0
    lit = page.evaluate(
        """([x, y]) => {
            const canvas = document.getElementById("image");
            const box = canvas.getBoundingClientRect();
            const scale = canvas.width / box.width;
            const at = [(x - box.left) * scale, (y - box.top) * scale].map(Math.floor);
            return canvas.getContext("2d").getImageData(...at, 1, 1).data[0];
        }""",
        [x + 40, y - 25],
    )
    assert lit == 255  # the cell is under the pointer


def test_touch_drags_too(phone: Page) -> None:
    box = phone.locator("#image").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = phone.context.new_cdp_session(phone)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": a, "y": b} for a, b in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    touch("touchStart", (x, y))
    for step in range(1, 5):
        touch("touchMove", (x + 10 * step, y + 8 * step))
    touch("touchEnd")
    now = snapshot(phone)
    assert now["group"] == "p6m"  # as the address says
    assert now["move"]["t"] != [0, 0]
    assert phone.evaluate("scrollY") == 0


def test_touch_turns_and_draws(phone: Page) -> None:
    before = snapshot(phone)
    phone.get_by_role("button", name=re.compile("^r:")).tap()
    assert snapshot(phone)["move"]["s"] != before["move"]["s"]
    choose(phone, Preset="one cell")
    phone.locator("#editor polygon").nth(0).tap()
    now = snapshot(phone)["lifting"]
    assert now[0] == 1
    assert sum(now) == 2


def test_drawing_a_filter(page: Page) -> None:
    choose(page, Group="p4", Preset="one cell")
    cells = page.locator("#editor polygon")
    cells.nth(0).click()
    assert snapshot(page)["lifting"] == [1, 0, 0, 0, 1, 0, 0, 0, 0]
    cells.nth(0).click()  # the same once more clears it
    page.get_by_label("Pen", exact=True).fill("-0.5")
    boxes = [cells.nth(i).bounding_box() for i in (6, 8)]
    places = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes if b]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()
    now = snapshot(page)
    assert now["lifting"] == [0, 0, 0, 0, 1, 0, -0.5, -0.5, -0.5]
    expected = lift(gk.p4, now["window"], np.array(now["lifting"]), flat(now["image"])[0])
    assert np.array_equal(flat(now["features"]), expected)
    assert page.get_by_label("Preset").input_value() == "drawn"


def test_drawing_with_keys(page: Page) -> None:
    choose(page, Group="p6", Preset="one cell")
    page.get_by_label("Pen", exact=True).focus()
    page.keyboard.press("Tab")
    middle = page.locator("#editor polygon").nth(3)
    middle.focus()
    assert middle.get_attribute("aria-label") == "cell (0, 0)"
    for key in ("-", "-", "ArrowUp", "Space", "ArrowUp", "+"):
        page.keyboard.press(key)
    now = snapshot(page)
    above = now["window"].index([-1, 0])
    assert now["lifting"][3] == 0.75
    assert now["lifting"][above] == 1  # + goes no further; there is no cell above that one
    page.keyboard.press("Delete")
    assert snapshot(page)["lifting"][above] == 0
    focused = page.evaluate("document.activeElement.getAttribute('aria-valuenow')")
    assert focused == "0"


def test_the_second_filter_has_a_window_for_each_element(page: Page) -> None:
    choose(page, Group="p3m1")
    page.get_by_label("then ReLU").check()
    choose(page, Preset="one cell of one patch", Window="5×5")
    assert page.locator("#editor figure").count() == 6
    page.get_by_label("patch mr, cell (0, 0)").click()
    now = snapshot(page)
    assert len(now["second"]) == 6 * 19
    assert np.flatnonzero(now["second"]).tolist() == [9, 4 * 19 + 9]
    choose(page, Window="3×3")  # what was drawn on the other window goes
    assert len(snapshot(page)["second"]) == 6 * 7


def test_a_filter_that_does_not_turn_is_noticed(page: Page) -> None:
    choose(page, Group="p4")
    press(page, "r")
    assert page.locator("#verdict").inner_text().startswith("✓")
    page.get_by_label("Break it").check()
    assert snapshot(page)["error"] > 0.5
    assert "not equivariant" in page.locator("#verdict").inner_text()
    press(page, "r⁻¹")
    page.locator("#image").press("ArrowLeft")  # translations are kept by any filter
    assert snapshot(page)["error"] == 0


def test_a_wrong_index_array_is_noticed(tab: Page, tmp_path: Path) -> None:
    path = write_page(tmp_path / "wrong.html", gk.p4)
    text = path.read_text("utf-8")
    first_rows = '"lifting":[[[0,1,2,3,4,5,6,7,8]],[[2,5,8,1,4,7,0,3,6]]'
    assert text.count(first_rows) == 1
    wrong = first_rows.replace("[2,5,", "[5,2,")  # two entries of the patch at r change places
    path.write_text(text.replace(first_rows, wrong), "utf-8")
    for page in visited(tab, path.as_uri()):
        stir(page, gk.p4)
        shown = choose(page, Preset="random")
        first = lift(gk.p4, shown["window"], np.array(shown["lifting"]), flat(shown["moved"])[0])
        differs = np.abs(flat(shown["features"]) - first).max(axis=(1, 2)) > 0
        assert differs.tolist() == [False, True, False, False]
        assert shown["error"] > 0


def test_own_files(page: Page, tmp_path: Path) -> None:
    picture = np.zeros((66, 66, 3), dtype=np.uint8)
    picture[:, :33] = 255
    Image.fromarray(picture).save(tmp_path / "half.png")
    choose(page, Group="p4")
    page.get_by_label("Your own").set_input_files(tmp_path / "half.png")
    wait_until(page, "document.getElementById('picture').value === 'file'")
    shown = np.fft.fftshift(flat(snapshot(page)["image"])[0])
    assert (shown[:, :16] == 1).all()
    assert (shown[:, 17:] == 0).all()
    choose(page, Group="p6")  # sampled anew on its lattice
    assert snapshot(page)["image"][0] not in (0, 1)
    (tmp_path / "notes.png").write_text("no image")
    page.get_by_label("Your own").set_input_files(tmp_path / "notes.png")
    wait_until(page, "document.getElementById('status').textContent.includes('no image')")
    assert "choose a PNG or JPEG file" in page.locator("#image-place").inner_text()


def test_dropped_files(page: Page) -> None:
    page.evaluate("""async () => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 40;
        canvas.getContext("2d").fillStyle = "white";
        canvas.getContext("2d").fillRect(0, 0, 40, 40);
        const blob = await new Promise((done) => canvas.toBlob(done));
        const data = new DataTransfer();
        data.items.add(new File([blob], "mine.png"));
        dispatchEvent(new DragEvent("dragover", { dataTransfer: data, cancelable: true }));
        dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
    }""")
    wait_until(page, "document.getElementById('status').textContent.includes('mine.png')")


def test_patches_travel_along_their_arrows(moving: Page) -> None:
    first, image = moving.locator(".patch .content").first, moving.locator("#image")
    transform = "canvas => canvas.style.transform"
    moving.clock.pause_at(3_600_000)  # later than any machine takes to come here
    press(moving, "r")
    moving.clock.run_for(350)
    assert image.evaluate(transform).startswith("matrix")
    assert first.evaluate(transform).startswith("translate")
    press(moving, "m")  # ends the first motion at once
    moving.clock.run_for(2000)
    assert first.evaluate(transform) == image.evaluate(transform) == ""
    assert snapshot(moving)["move"]["s"] == 5
    assert "for g = mr: 0, exactly" in moving.locator("#verdict").inner_text()


def test_pointing_at_a_cell_tells_its_value(page: Page) -> None:
    choose(page, Group="p4", Picture="one cell", Preset="one cell")
    page.locator(".patch .content").nth(1).hover()
    assert page.locator("#value").inner_text() == "patch r, cell (0, 0): 1"


def test_everything_has_a_name(page: Page) -> None:
    choose(page, Group="p4m")
    page.get_by_label("then ReLU").check()
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]

    def value(node: dict[str, Any], key: str) -> Any:
        return node.get(key, {}).get("value", "")

    focusable = [
        node
        for node in nodes
        if not node["ignored"]
        and any(p["name"] == "focusable" and p["value"]["value"] for p in node["properties"])
        and value(node, "role") != "RootWebArea"
    ]
    pictures = [n for n in nodes if not n["ignored"] and value(n, "role") in ("image", "img")]
    assert len(focusable) > 70  # 8 windows of 9 cells, and the rest
    assert len(pictures) == 8 + 3
    for node in (*focusable, *pictures):
        assert value(node, "name").strip(), node
    names = {value(node, "name") for node in pictures}
    assert {"patch e", "patch mr³", "Moved feature map of the image"} <= names


def test_the_tab_key_reaches_the_handles_and_shows_where(page: Page) -> None:
    choose(page, Group="p4")
    page.locator("#group").focus()
    reached = []
    while True:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "BODY":
            break
        seen = page.evaluate(
            "(s => s.outlineStyle !== 'none' || s.strokeWidth === '3px')"
            "(getComputedStyle(document.activeElement))"
        )
        assert seen, reached[-1]
    for handle in ("image", "BUTTON", "reset", "picture", "file", "filter", "pen", "polygon"):
        assert handle in reached
    assert reached.count("polygon") == 1  # one stop, arrow keys from there
    assert {"subgroup", "pooling", "broken"} <= set(reached)


def test_narrow_screens_and_dark_colours(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    for style, expected in (
        ("backgroundColor", "rgb(20, 22, 26)"),
        ("color", "rgb(230, 228, 222)"),
    ):
        assert phone.evaluate(f"getComputedStyle(document.body).{style}") == expected
    for box in (patch.bounding_box() for patch in phone.locator(".patch").all()):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_patches_fit_when_the_window_changes(page: Page) -> None:
    choose(page, Group="p6m")
    page.set_viewport_size({"width": 420, "height": 800})
    right = "document.getElementById('patches').getBoundingClientRect().right"
    wait_until(page, f"{right} <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_the_address_names_a_group(page: Page, address: str) -> None:
    page.evaluate("addEventListener('hashchange', () => (window.heard = location.hash))")
    for name, shown in (
        ("p6m", "p6m"),
        ("p6%20axial", "p6 axial"),
        ("p4m", "p4m"),
        ("p6 axial", "p6 axial"),
        ("100%", "p6 axial"),  # what is none is left alone
        ("p7", "p6 axial"),
    ):
        page.goto(f"{address}#{name}")
        wait_until(page, "window.heard === location.hash")  # the page hears of it a task later
        assert snapshot(page)["group"] == shown


def test_names_are_text_whatever_is_in_them(page: Page) -> None:
    now = choose(page, Group=MARKUP.name)
    assert now["group"] == MARKUP.name
    assert page.locator("b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser: Browser, address: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)

    def luminance(name: str) -> float:
        colour = page.evaluate(
            f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')"
        )
        parts = [int(colour.strip()[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    for words in ("ink", "quiet", "good", "bad", "accent"):
        for ground in ("paper", "panel"):
            low, high = sorted([luminance(words), luminance(ground)])
            assert (high + 0.05) / (low + 0.05) >= 4.5, (words, ground)
    context.close()
