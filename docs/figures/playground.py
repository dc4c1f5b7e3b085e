"""The playground as a visitor sees it: needs Chromium, and Playwright from requirements/dev.txt."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from groupkit.playground import write_page


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """Yield a picture of the page at p6m, the image turned by 60°; none without a browser."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        return
    page_file = write_page(Path(tempfile.mkdtemp()) / "playground.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            viewport={"width": 960, "height": 880}, color_scheme="light", reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{page_file.as_uri()}#p6m")
        page.get_by_role("button", name="r: turn by 60°", exact=True).click()
        drawn = page.screenshot()
        browser.close()
    yield "playground.png", Image.open(BytesIO(drawn)).convert("RGB")
