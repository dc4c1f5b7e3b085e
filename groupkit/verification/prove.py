"""All laws of a group, judged in order."""

from __future__ import annotations

from collections.abc import Sequence

from groupkit.verification.closed_form import closed_form
from groupkit.verification.element_law import element_arrays
from groupkit.verification.group_laws import GROUP_LAWS
from groupkit.verification.index_laws import INDEX_LAWS
from groupkit.verification.isometry_law import isometries
from groupkit.verification.law import judge
from groupkit.verification.layer_laws import layer_claims
from groupkit.verification.report import Report
from groupkit.verification.stabilizer_laws import STABILIZER_LAWS
from groupkit.verification.subject import Subject


def prove(
    subject: Subject, kernel_sizes: int | Sequence[int | Sequence[int]] | None = None
) -> Report:
    """Return the report on a subject: every law of the stabilizer, of G, and of the layers."""
    claims = (*STABILIZER_LAWS, isometries, *GROUP_LAWS, *INDEX_LAWS, closed_form, element_arrays)
    laws = judge([(law, (subject,)) for law in claims])
    by_name = {law.name: law.status == "proved" for law in laws}
    if all(by_name[law.name] for law in STABILIZER_LAWS):
        laws += judge(layer_claims(subject.stabilizer, kernel_sizes))
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
