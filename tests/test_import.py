"""``import groupkit`` is light: no algebra system, no graphs, no data files, little time."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.program

HEAVY = {"sympy", "networkx", "matplotlib", "torch", "scipy", "hypothesis", "pytest"}


def printed(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def imported_by(code: str) -> set[str]:
    """Return the heavy packages that are imported when code has run."""
    names = printed(
        f"{code}\nimport sys\nprint(*(name for name in sys.modules if '.' not in name))"
    )
    return HEAVY & set(names.split())


@pytest.mark.parametrize(
    "code",
    [
        "import groupkit",
        "import groupkit as gk; list(gk.catalog.values())",
        "import groupkit as gk; gk.SplitGroup.from_generators('x', {'r': [[0, -1], [1, 0]]})",
        "import groupkit as gk; gk.p4m.filter_bank(3); gk.p4m.action(1, (5, 5))",
        "import groupkit as gk; gk.p4.change_basis([[1, 1], [0, 1]])",
        "import groupkit as gk; gk.catalog.split_overgroup('pg')",
    ],
    ids=["import", "catalogue", "declaration", "layers", "basis", "overgroup"],
)
def test_heavy_packages_are_imported_only_when_used(code: str) -> None:
    assert imported_by(code) == set()


def test_the_check_sees_an_import() -> None:
    assert imported_by("import networkx") == {"networkx"}
    assert "sympy" in imported_by("import groupkit as gk; gk.p4.verify()")


def test_the_data_of_the_catalogue_is_read_on_first_use() -> None:
    code = (
        "import groupkit as gk\n"
        "from groupkit.groups.records import split_records as r\n"
        "gk.p4m.window(3); print(r.cache_info().currsize)\n"
        "gk.catalog['P4']; print(r.cache_info().currsize)"
    )
    assert printed(code).split() == ["0", "1"]


@pytest.mark.parametrize(
    ("package", "missing", "remedy"),
    [
        ("groupkit_torch", "torch", 'pip install "groupkit[torch]"'),
        ("groupkit.testing", "hypothesis", "pip install hypothesis"),
    ],
)
def test_what_a_package_needs_is_named(package: str, missing: str, remedy: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from groupkit.errors import MissingExtraError\n"
        f"try:\n    import {package}\n"
        "except MissingExtraError as error:\n    print(error, error.witness)"
    )
    said = printed(code)
    assert said.startswith(f"{package} needs {missing}, which is not installed; ")
    assert remedy in said
    assert said.endswith(missing)


def test_importing_takes_about_as_long_as_importing_sympy() -> None:
    code = (
        "from time import process_time as now; import numpy; a = now(); import {}; b = now(); "
        "import sympy; print((b - a) / (now() - b))"
    )

    def ratio(package: str) -> float:
        return min(float(printed(code.format(package))) for _ in range(3))

    assert ratio("groupkit") < 2 < ratio("groupkit, sympy")
