"""Every block of docs/how_to/validate_in_ci.md is written, run and compared, as are the action
and the pre-commit hook that it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from groupkit import cli

pytestmark = pytest.mark.program

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how_to" / "validate_in_ci.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- (\w+)(?:: (\S+))? -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [match.groups() for match in BLOCK.finditer(PAGE)]
ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
HOOK = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with the files that the page shows."""
    for kind, name, text in BLOCKS:
        if kind == "file":
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return tmp_path


def bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as CI does: this environment's commands first in the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GITHUB"))}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=kept | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def scalar(text: str, key: str) -> str:
    """Return the value of a key of a YAML text: a line, or an indented block after ``|``."""
    found = re.search(rf"^( *)(?:- )?{key}: (.*)$", text, re.MULTILINE)
    assert found, key
    if found[2] != "|":
        return found[2].strip().strip('"')
    lines = []
    for line in text[found.end() + 1 :].splitlines():
        if line.strip() and len(line) - len(line.lstrip()) <= len(found[1]):
            break
        lines.append(line)
    return "\n".join(lines)


def test_the_page_has_all_kinds_of_blocks() -> None:
    kinds = [kind for kind, _, _ in BLOCKS]
    assert {"file", "run", "output", "workflow", "hook"} == set(kinds)
    assert kinds.count("run") == 3


@pytest.mark.parametrize("number", range(sum(kind == "run" for kind, _, _ in BLOCKS)))
def test_commands_do_what_the_page_says(number: int, project: Path) -> None:
    _, status, script = [block for block in BLOCKS if block[0] == "run"][number]
    run = bash(script, project)
    assert run.returncode == int(status), run.stdout + run.stderr
    if status != "0":
        (output,) = [text for kind, _, text in BLOCKS if kind == "output"]
        assert run.stdout == output


def test_the_options_in_pyproject_run_the_proofs(project: Path) -> None:
    run = bash("pytest", project)
    assert run.returncode == 0, run.stdout
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed
    assert int(passed[1]) > 20


def inputs_of_the_page() -> dict[str, str]:
    """Return what the page's workflow gives the action."""
    (workflow,) = [text for kind, _, text in BLOCKS if kind == "workflow"]
    given = workflow.split("OWNER/groupkit@")[1].split("with:\n")[1]
    return dict(line.strip().split(": ", 1) for line in given.splitlines() if line.strip())


def script_of_the_action() -> str:
    """Return the shell script of the action's last step."""
    return scalar(ACTION.split("- name: Check the groups")[1], "run")


def test_the_workflow_gives_only_inputs_that_the_action_has() -> None:
    declared = re.findall(r"^  ([\w-]+):$", ACTION.split("runs:")[0], re.MULTILINE)
    assert set(inputs_of_the_page()) <= set(declared)
    used = re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", ACTION)
    assert set(used) == set(declared)


def test_the_action_passes_and_writes_a_report(project: Path) -> None:
    given = {name.replace("-", "_").upper(): value for name, value in inputs_of_the_page().items()}
    run = bash(script_of_the_action(), project, **{"JOBS": "1", **given})
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 checked: 1 proved" in run.stdout
    assert "<testsuite " in (project / "report.xml").read_text(encoding="utf-8")


def test_the_action_fails_with_an_annotation(project: Path) -> None:
    run = bash(
        script_of_the_action(),
        project,
        TARGETS="my_package/broken.py my_package.groups",
        KERNEL_SIZES="",
        JOBS="1",
        REPORT="report.xml",
    )
    assert run.returncode == 1
    assert "::error file=my_package/broken.py,line=3," in run.stdout
    assert "<failure " in (project / "report.xml").read_text(encoding="utf-8")


def test_the_hook_runs_the_same_command(project: Path) -> None:
    (config,) = [text for kind, _, text in BLOCKS if kind == "hook"]
    assert scalar(HOOK, "id") == scalar(config, "id")
    assert scalar(HOOK, "entry") == "groupkit check"
    chosen = re.compile(scalar(config, "files"))
    files = sorted(str(path.relative_to(project)) for path in project.rglob("*.*"))
    staged = [file for file in files if chosen.search(file)]
    assert staged == ["my_package/groups.py"]
    assert bash(f"{scalar(HOOK, 'entry')} {' '.join(staged)}", project).returncode == 0
    assert bash(f"{scalar(HOOK, 'entry')} my_package/broken.py", project).returncode == 1


@pytest.mark.parametrize(
    ("file", "chosen"),
    [
        ("groups.py", True),
        ("src/groups/mine.toml", True),
        ("a/group.json", True),
        ("src/main.py", False),
        ("subgroups.py", False),
    ],
)
def test_the_hook_chooses_files_named_for_groups(file: str, chosen: bool) -> None:
    assert bool(re.search(scalar(HOOK, "files"), file)) == chosen


def test_the_formats_of_the_page_are_those_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["check", "--help"])
    listed = re.search(r"--format \{([\w,]+)\}", capsys.readouterr().out)
    assert listed
    line = next(line for line in PAGE.splitlines() if line.startswith("`--format` is"))
    assert sorted(re.findall(r"`(\w+)`", line)) == sorted(listed[1].split(","))
