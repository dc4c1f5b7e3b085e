"""A pytest plugin: ``pytest --groupkit my_package.groups`` runs one test per group and law.

It does nothing unless ``--groupkit`` is given.  A target is what ``groupkit check`` takes; laws
that are not applicable are skipped, with the reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from groupkit.commands.targets import BrokenDeclarationError, TargetError, find_groups
from groupkit.errors import RefutedError
from groupkit.verification import Law, Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --groupkit TARGET, which may be repeated."""
    group = parser.getgroup("groupkit", "proofs of split groups")
    group.addoption(
        "--groupkit",
        action="append",
        default=[],
        metavar="TARGET",
        help="prove every SplitGroup of a module, file, module:object or catalogue name "
        "(Python targets are imported): one test per group and law",
    )


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of all targets."""
    for target in config.getoption("--groupkit"):
        collector = GroupTarget.from_parent(session, name=target, nodeid=f"groupkit:{target}")
        items.extend(collector.collect())


class GroupTarget(pytest.Collector):
    """The groups of one target."""

    def collect(self) -> list[pytest.Item]:
        """Return a test for each law of each group, or one for a refused declaration."""
        try:
            found = find_groups(self.name)
        except BrokenDeclarationError as error:
            return [_item(self, f"{self.name}::declaration", error=error)]
        except TargetError as error:
            raise pytest.UsageError(f"--groupkit {self.name}: {error}") from error
        names = [located.group.name for located in found]
        tests: list[pytest.Item] = []
        for located in found:
            name = located.group.name
            shown = name if names.count(name) == 1 else f"{name}[{located.place}]"
            report = located.group.verify()
            tests += [_item(self, f"{shown}::{law.name}", law, report) for law in report]
        return tests


class LawTest(pytest.Item):
    """One law of one group."""

    law: Law | None = None
    report: Report | None = None
    error: Exception | None = None

    def runtest(self) -> None:
        """Skip, pass, or fail with the witness."""
        if self.error is not None:
            raise self.error
        if self.law is None or self.report is None or self.law.status == "proved":
            return
        if self.law.status == "not applicable":
            pytest.skip(self.law.method)
        raise RefutedError(
            f"{self.report.group} breaks the law {self.law.name!r}: {self.law.statement}; but "
            f"{self.law.witness}",
            witness=self.law,
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """Return the message alone: a traceback through this plugin tells nothing."""
        del style
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Return where the test comes from: its target, not a file."""
        return self.nodeid.split("::")[0], None, ": ".join(self.name.split("::"))


def _item(
    parent: GroupTarget,
    name: str,
    law: Law | None = None,
    report: Report | None = None,
    error: Exception | None = None,
) -> LawTest:
    test: LawTest = LawTest.from_parent(parent, name=name)
    test.law, test.report, test.error = law, report, error
    return test
