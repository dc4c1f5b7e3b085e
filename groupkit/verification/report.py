"""The report of a verification: laws in order, printed, exported, or raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groupkit.errors import RefutedError, UnknownNameError
from groupkit.verification import formats
from groupkit.verification.latex import latex
from groupkit.verification.law import Law


@dataclass(frozen=True)
class Report:
    """What was found about the laws of one group; true if none is refuted.

    Parameters
    ----------
    group : str
        Its name.
    declaration : str
        The group in one line: dimension, order, axes, lattice.
    matrices : tuple
        Pairs of the label and the nested entries of every stabilizer matrix.
    laws : tuple of Law
        In the order in which they rest on each other.

    Examples
    --------
    >>> from groupkit import p4
    >>> report = p4.verify()
    >>> bool(report), report["closed"].status
    (True, 'proved')
    >>> report.raise_if_refuted()
    """

    group: str
    declaration: str
    matrices: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]
    laws: tuple[Law, ...]

    @property
    def refuted(self) -> tuple[Law, ...]:
        """The laws that the group breaks."""
        return tuple(law for law in self.laws if law.status == "refuted")

    @property
    def seconds(self) -> float:
        """How long all laws took together."""
        return sum(law.seconds for law in self.laws)

    def raise_if_refuted(self) -> None:
        """Raise RefutedError if a law is refuted.

        Raises
        ------
        RefutedError
            Naming every refuted law; its witness is the first of them, a `Law`.
        """
        if self.refuted:
            first = self.refuted[0]
            listed = ", ".join(law.name for law in self.refuted)
            raise RefutedError(
                f"{self.group} breaks {listed}: {first.name} states that {first.statement}, but "
                f"{first.witness}; correct the declaration",
                witness=first,
            )

    def summary(self) -> str:
        """Return one line: how many laws are proved, refuted, not applicable, and the time."""
        return formats.summary(self.group, self.laws)

    def to_markdown(self) -> str:
        """Return the report as a Markdown section with a table."""
        return formats.markdown(self.group, self.declaration, self.laws)

    def to_latex(self) -> str:
        """Return the report as a LaTeX section: a proof that a reader can follow."""
        return latex(self.group, self.declaration, self.matrices, self.laws)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return formats.plain(self.group, self.declaration, self.laws)

    def to_json(self) -> str:
        """Return the report as a JSON document."""
        return formats.to_json(self.to_dict())

    def to_junit(self) -> str:
        """Return the report as JUnit XML: a test case a law."""
        return formats.junit([formats.junit_suite(self.group, self.laws)])

    def __bool__(self) -> bool:
        return not self.refuted

    def __iter__(self) -> Iterator[Law]:
        return iter(self.laws)

    def __len__(self) -> int:
        return len(self.laws)

    def __getitem__(self, name: str) -> Law:
        for law in self.laws:
            if law.name == name:
                return law
        known = ", ".join(law.name for law in self.laws)
        raise UnknownNameError(f"the report has no law {name!r}; its laws are {known}", name)

    def _repr_html_(self) -> str:
        return formats.html(self.group, self.declaration, self.laws)

    def __str__(self) -> str:
        return formats.text(self.group, self.declaration, self.laws)
