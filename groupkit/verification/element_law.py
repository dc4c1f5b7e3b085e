"""The arithmetic of `Elements` is that of matrices: the code, not only the formula."""

from __future__ import annotations

from typing import Final

import numpy as np

from groupkit.elements import Elements
from groupkit.integers import exact_matmul
from groupkit.verification.index_laws import SECTION
from groupkit.verification.law import Finding, claim, proved, refuted
from groupkit.verification.subject import Subject

_HOW: Final = "exact integers, all pairs of S, 0 and the basis vectors as translations"


@claim(
    SECTION,
    "element arrays",
    "the arrays of elements compose, invert, act and convert as their matrices do",
    r"\mathrm{matrix}(g\, h) = \mathrm{matrix}(g)\, \mathrm{matrix}(h)",
    needs=("Cayley table", "inverses", "identity"),
)
def element_arrays(subject: Subject, elements: type[Elements] = Elements) -> Finding:
    """Decide whether `Elements` agrees with matrices where an affine map is determined.

    Products and inverses are affine in the translations, so agreement at 0 and the basis
    vectors is agreement for all.
    """
    stabilizer = subject.stabilizer
    d, n = stabilizer.dimension, stabilizer.order
    vectors = np.vstack([np.zeros((1, d), dtype=np.int64), np.eye(d, dtype=np.int64)])
    g = elements(stabilizer, np.repeat(np.arange(n), d + 1), np.tile(vectors, (n, 1)))
    one = np.eye(d + 1, dtype=np.int64)
    matrices = g.to_matrix()
    if not (matrices[:, :d, :d] == np.repeat(subject.matrices, d + 1, axis=0)).all():
        return refuted(_HOW, "to_matrix does not hold M(s)")
    if not (matrices[:, :d, d] == g.translation).all() or not (matrices[:, d] == one[d]).all():
        return refuted(_HOW, "to_matrix does not hold the translation")
    products = (g[:, None] @ g[None]).to_matrix()
    wrong = (products != exact_matmul(matrices[:, None], matrices[None])).any(axis=(-1, -2))
    if wrong.any():
        a, b = (int(k) for k in np.argwhere(wrong)[0])
        return refuted(
            _HOW, f"{matrices[a].tolist()} @ {matrices[b].tolist()} = {products[a, b].tolist()}"
        )
    numbers = subject.table[g.index[:, None], g.index]
    if not ((g[:, None] @ g[None]).index == numbers).all():
        return refuted(_HOW, "the numbers of products are not those of the Cayley table")
    if not (g.inverse().index == subject.inverses[g.index]).all():
        return refuted(_HOW, "the numbers of inverses are not those of the inverses of S")
    if not (exact_matmul(g.inverse().to_matrix(), matrices) == one).all():
        return refuted(_HOW, "g.inverse() @ g is not the identity")
    points = exact_matmul(matrices[:, :d, :d], vectors.T) + matrices[:, :d, d:]
    if not (g[:, None].act(vectors) == points.swapaxes(-1, -2)).all():
        return refuted(_HOW, "act(x) is not M(s) x + t")
    again = elements.from_indices(stabilizer, **g.indices())
    if not (again == g).all():
        return refuted(_HOW, "indices() do not lead back to the elements")
    if stabilizer.is_faithful and not (elements.from_matrix(stabilizer, matrices) == g).all():
        return refuted(_HOW, "to_matrix() does not lead back to the elements")
    return proved(
        f"{_HOW}: {len(g) ** 2} products",
        "Both sides are affine in the translations, and they agree at $0$ and at the basis "
        f"vectors, for each of the ${n}^2$ pairs of $S$: ${len(g) ** 2}$ products.",
    )
