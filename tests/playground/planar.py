"""The groups that tests of the playground run over, and layers on a torus from the definition."""

from typing import Any

import numpy as np

import groupkit as gk

AXIAL = gk.SplitGroup.from_generators("p6 axial", {"r": [[0, -1], [1, 1]]})
SKEW = gk.p4.change_basis([[1, 3], [0, 1]], name="p4 skew")  # no box has a window in this basis
COLOURED = gk.p2.with_internal({"c": 2}, name="p2 coloured")
DECLARED = [AXIAL, SKEW, COLOURED]
CATALOGUE = [gk.catalog[name] for name in ("p1", "pm", "p2mm", "p4", "p4m", "p3m1", "p6", "p6m")]
GROUPS = [*CATALOGUE, *DECLARED]


def product_table(group: gk.SplitGroup) -> list[list[int]]:
    """Multiply all pairs of elements, as matrices and internal indices."""
    elements = [(group.element(**group.stabilizer.axis_indices(s))) for s in group.stabilizer]
    return [[int((a @ b).index) for b in elements] for a in elements]


def moved(group: gk.SplitGroup, s: int, t: Any, image: np.ndarray) -> np.ndarray:
    """Return (L_(t,s) f)(x) = f(M(s)⁻¹(x − t)) of a planar image, point by point."""
    n = len(image)
    result = np.empty_like(image)
    for u in range(n):
        for v in range(n):
            a, b = (int(x) for x in group.stabilizer.matrices[s] @ (u, v) + t)
            result[a % n, b % n] = image[u, v]  # f at x is L f at M x + t
    return result


def lift(group: gk.SplitGroup, points: Any, weight: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return y[s, x] = Σ_w f(x + w) ψ(M(s)⁻¹ w): equation 10 of Cohen & Welling (2016)."""
    at = {tuple(point): value for point, value in zip(points, weight, strict=True)}
    result = np.zeros((group.order, *image.shape))
    for s, matrix in enumerate(group.stabilizer.matrices):
        for w, value in at.items():  # ψ at w counts where the turned filter has M w
            turned = tuple(int(x) for x in matrix @ w)
            result[s] += value * np.roll(image, (-turned[0], -turned[1]), (0, 1))
    return result


def convolve(group: gk.SplitGroup, points: Any, weight: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Return y[s', x] = Σ_s Σ_w f(s's, x + M(s')w) ψ(s, w): equation 11, in the same way."""
    table = product_table(group)
    psi = weight.reshape(group.order, len(points))
    result = np.zeros_like(f)
    for out, matrix in enumerate(group.stabilizer.matrices):
        for s in range(group.order):
            for w, point in enumerate(points):
                du, dv = (int(x) for x in matrix @ point)
                if psi[s, w]:
                    result[out] += psi[s, w] * np.roll(f[table[out][s]], (-du, -dv), (0, 1))
    return result


def pool(group: gk.SplitGroup, members: Any, f: np.ndarray, how: str) -> np.ndarray:
    """Return the maximum or mean over each sH, in the order of the smallest elements."""
    table = product_table(group)
    cosets = sorted({tuple(sorted(table[s][h] for h in members)) for s in range(group.order)})
    reduce = {"max": np.max, "mean": np.mean}[how]
    return np.stack([reduce(f[list(coset)], axis=0) for coset in cosets])
