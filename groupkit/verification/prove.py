"""All laws of a group, judged in order."""

from __future__ import annotations

from collections.abc import Sequence

from groupkit.verification.law import judge
from groupkit.verification.report import Report
from groupkit.verification.stabilizer_laws import STABILIZER_LAWS
from groupkit.verification.subject import Subject


def prove(subject: Subject, kernel_sizes: Sequence[int | Sequence[int]] | None = None) -> Report:
    """Return the report on a subject: every law of the stabilizer, of G, and of the layers."""
    del kernel_sizes  # the laws of the layers come with their module
    laws = judge([(law, (subject,)) for law in STABILIZER_LAWS])
    return Report(subject.name, _in_one_line(subject), _matrices(subject), laws)


def _in_one_line(subject: Subject) -> str:
    sizes = ", ".join(f"{name}: {size}" for name, size in subject.axes.items())
    return (
        f"dimension {subject.dimension}, order {subject.order}, axes {{{sizes}}}, "
        f"lattice {subject.lattice.name}"
    )


def _matrices(subject: Subject) -> tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]:
    return tuple(
        (subject.label(s), tuple(tuple(row) for row in matrix.tolist()))
        for s, matrix in enumerate(subject.matrices)
    )
