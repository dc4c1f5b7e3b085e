"""What a user installs: a wheel with both packages, and the source distribution that it is of."""

import re
import site
import subprocess
import sys
import tarfile
import tomllib
from email.message import Message
from email.parser import Parser
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from tests import elsewhere

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RELEASE = f"groupkit-{PROJECT['version']}"

pytestmark = [
    pytest.mark.program,
    pytest.mark.skipif(
        not (ROOT / "groupkit").is_dir(), reason="the sources of the packages are elsewhere"
    ),
]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the source distribution that a release would upload."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> ZipFile:
    """Return the wheel."""
    return ZipFile(dist / f"{RELEASE}-py3-none-any.whl")


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    """Return what an index would show of the wheel."""
    return Parser().parsestr(wheel.read(f"{RELEASE}.dist-info/METADATA").decode())


@pytest.fixture(scope="module")
def source(dist: Path) -> set[str]:
    """Return the names of the files in the source distribution."""
    with tarfile.open(dist / f"{RELEASE}.tar.gz") as archive:
        return {member.name.removeprefix(f"{RELEASE}/") for member in archive if member.isfile()}


def files(folder: str) -> set[str]:
    """Return the files in a folder of the working copy, less what Python caches there."""
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("package", ["groupkit", "groupkit_torch"])
def test_wheel_holds_the_whole_package_and_its_types(wheel: ZipFile, package: str) -> None:
    held = {name for name in wheel.namelist() if name.startswith(f"{package}/")}
    assert f"{package}/py.typed" in held
    assert held == files(package)


def test_wheel_holds_nothing_else_but_the_examples(wheel: ZipFile) -> None:
    packages = ("groupkit/", "groupkit_torch/", f"{RELEASE}.dist-info/")
    rest = [name for name in wheel.namelist() if not name.startswith(packages)]
    shared = f"{RELEASE}.data/data/share/groupkit/"
    assert {name.removeprefix(shared) for name in rest} == files("examples")
    assert f"{RELEASE}.dist-info/licenses/LICENSE" in wheel.namelist()


@pytest.mark.parametrize(
    "folder", ["groupkit", "groupkit_torch", "tests", "docs", "examples", "benchmarks", ".github"]
)
def test_source_distribution_holds_all_that_the_repository_does(
    source: set[str], folder: str
) -> None:
    assert {name for name in source if name.startswith(f"{folder}/")} == files(folder)


def test_source_distribution_can_be_worked_with_and_holds_no_junk(source: set[str]) -> None:
    assert {
        "CHANGELOG.md", "CITATION.cff", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE",
        "Makefile", "README.md", "SECURITY.md", "action.yml", "pyproject.toml",
        ".pre-commit-hooks.yaml", ".ci/run", "requirements/dev.txt", "PKG-INFO",
    } <= source  # fmt: skip
    junk = re.compile(r"(^|/)(__pycache__|\.venv|\.\w+_cache|\.hypothesis|dist|build)/|\.py[cod]$")
    assert [name for name in source if junk.search(name)] == []


@pytest.mark.slow
def test_tests_pass_where_only_the_wheel_is_installed(dist: Path, tmp_path: Path) -> None:
    """As `make dist` does with all tests, in an environment that sees what is installed here."""
    (path,) = dist.glob("*.whl")
    python = elsewhere.environment(tmp_path / "env", path, ["--no-index", "pip"])
    (own,) = (tmp_path / "env").rglob("site-packages")
    (own / "here.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    (tmp_path / "unpacked").mkdir()
    root = elsewhere.unpack(dist / f"{RELEASE}.tar.gz", tmp_path / "unpacked")
    some = ["tests/test_import.py", "tests/test_cli.py", "tests/torch/test_layers.py"]
    one = "tests/test_examples.py::test_p3m1_is_the_wallpaper_group"
    assert elsewhere.test(python, root, ["-q", *some, one]) == 0
    broken = own / "groupkit" / "errors.py"
    broken.write_text("raise ImportError('broken')\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        elsewhere.test(python, root, some)


def test_extras(metadata: Message) -> None:
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"demo", "docs", "plot", "test", "to-plain", "torch"} <= extras
    commands = {point.name for point in entry_points(group="groupkit.commands")}
    assert commands <= extras  # a command that cannot be loaded names the extra of its name


def test_torch_is_optional_and_a_range(metadata: Message) -> None:
    torch = [line for line in metadata.get_all("Requires-Dist", []) if line.startswith("torch")]
    assert torch
    assert all("extra ==" in line and ">=" in line and "==2" not in line for line in torch)


def test_an_index_can_show_the_page(metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).strip() == (ROOT / "README.md").read_text("utf-8").strip()
    assert metadata["Summary"]
    for line in metadata.get_all("Project-URL", []):
        label, address = line.split(", ")
        assert len(label) <= 32
        assert address.startswith("https://")


def test_versions_of_python_are_those_that_ci_runs(metadata: Message) -> None:
    listed = [
        found[1]
        for line in metadata.get_all("Classifier", [])
        if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line))
    ]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == listed
    assert metadata["Requires-Python"] == f">={listed[0]}"


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    runs = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]
    assert {"bash .ci/run", "make dist"} <= set(runs)
    assert "exec make test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.search(r"^dist:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_release_has_one_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(
        r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d|unreleased))?$", changes, re.MULTILINE
    )
    assert versions[0][0] == PROJECT["version"]
    kinds = set(re.findall(r"^### (.+)$", changes, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("name", ["bug", "feature", "question"])
def test_issue_forms_ask_for_what_an_answer_needs(name: str) -> None:
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml"
    form = yaml.safe_load(path.read_text("utf-8"))
    assert {"name", "description", "body"} <= set(form)
    fields = {part["id"]: part for part in form["body"] if part["type"] != "markdown"}
    assert any(part.get("validations", {}).get("required") for part in fields.values())
    if name == "bug":
        assert "groupkit export" in fields["group"]["attributes"]["description"]
        assert "groupkit --version" in fields["versions"]["attributes"]["description"]


def test_no_file_names_the_host_of_an_index(source: set[str]) -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted|download\.pytorch\.org|npmjs|--(extra-)?index-url")
    kinds = (".md", ".toml", ".txt", ".yml", ".yaml", ".py", ".cff", "Makefile", "run", ".ipynb")
    found = [
        name
        for name in sorted(source)
        if name.endswith(kinds) and name not in ("tests/test_packaging.py", "PKG-INFO")
        if hosts.search((ROOT / name).read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("console_scripts", "groupkit"),
        ("groupkit.commands", "demo"),
        ("groupkit.commands", "to-plain"),
    ],
)
def test_command_is_installed_and_loads(group: str, name: str) -> None:
    (command,) = entry_points(group=group, name=name)
    assert callable(command.load())
