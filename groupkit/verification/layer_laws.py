"""What layers rely on, for one kernel size: the window, the filter banks, and L_g."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product as tuples
from typing import Final

import numpy as np
from jaxtyping import Int

from groupkit.action import array_action, image_shape
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType
from groupkit.filter_bank import FilterBank
from groupkit.finite_group import Subgroup
from groupkit.integers import exact_matmul, integer, listed
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import read_box
from groupkit.verification.law import Claim, Finding, claim, not_applicable, proved, refuted
from groupkit.window import Window

SECTION: Final = "what the layers rely on"
_HOW: Final = "exact integers, exhaustive"
Size = int | Sequence[int]
Action = Callable[..., Int[np.ndarray, "*out"]]


@claim(
    SECTION,
    "window",
    "x ∈ W implies M(s)(x - c) + c ∈ W, for every s ∈ S",
    r"M(s)(W - c) + c = W",
)
def window_stable(window: Window) -> Finding:
    """Decide whether S permutes the points of the window about its centre."""
    group = window.stabilizer
    scale = int(np.lcm.reduce([coordinate.denominator for coordinate in window.centre]))
    centre = np.array([int(coordinate * scale) for coordinate in window.centre])
    relative = scale * window.points - centre
    inside = {tuple(point) for point in relative.tolist()}
    for s, matrix in enumerate(group.matrices):
        images = exact_matmul(relative, matrix.T).tolist()
        for i, image in enumerate(images):
            point = window.points[i].tolist()
            if tuple(image) not in inside:
                return refuted(_HOW, f"({group.label(s)}) maps {point} out of the window")
            if image != relative[window.permutations[s, i]].tolist():
                return refuted(_HOW, f"the permutation of ({group.label(s)}) is wrong at {point}")
    return proved(
        f"{_HOW}: {len(window)} points, {group.order} elements",
        f"Each of the ${group.order}$ elements permutes the ${len(window)}$ points about "
        f"$c = ({', '.join(map(str, window.centre))})$.",
    )


@claim(
    SECTION,
    "filter banks",
    "index[s'H, sK, x] = orbit of (s'⁻¹sK, M(s')⁻¹x) for every s' ∈ s'H: it depends on s'H alone",
    r"\mathrm{index}[s'h, s, x] = \mathrm{index}[s', s, x] \text{ for } h \in H",
)
def filter_banks(banks: Sequence[FilterBank]) -> Finding:
    """Decide whether index arrays are well defined for all pairs of feature types."""
    count = 0
    for bank in banks:
        flaw = flaw_of_bank(bank, bank.index)
        if flaw:
            return refuted(_HOW, f"{bank!r}: {flaw}")
        count += bank.index.size * len(bank.output_type.subgroup)
    return proved(
        f"{_HOW}: {len(banks)} index arrays, {count} entries",
        f"Each of the ${count}$ entries of the index arrays of ${len(banks)}$ layers was computed "
        "from every element of its coset: planar, regular and coset feature maps, in and out.",
    )


def flaw_of_bank(bank: FilterBank, index: Int[np.ndarray, "out_size in_size *box"]) -> str | None:
    """Say where an index array is not the orbit that its definition gives, None if nowhere."""
    window, group = bank.window, bank.window.stabilizer
    values, row_of = index[:, :, window.mask], bank.output_type.cosets.index_of
    orbit = values[row_of[group.identity]]
    for s in range(group.order):  # every name s = s'h of every coset s'H
        back = int(group.inverses[s])
        cosets, points = bank.input_type.action[back], window.permutations[back]
        expected, row = orbit[cosets[:, None], points], int(row_of[s])
        if not np.array_equal(values[row], expected):
            c, i = (int(k) for k in np.argwhere(values[row] != expected)[0])
            return (
                f"row {row}, named by ({group.label(s)}), has {values[row, c, i]} at coset {c}, "
                f"point {window.points[i].tolist()}, where the definition gives {expected[c, i]}"
            )
    used = np.unique(values)
    if not np.array_equal(used, np.arange(len(used))) or len(used) != bank.n_parameters:
        return f"its {bank.n_parameters} parameters are numbered {used.tolist()}"
    if (index[:, :, ~window.mask] != bank.n_parameters).any():
        return "entries outside the window are parameters"
    return None


@claim(
    SECTION,
    "L_g on arrays",
    "L_s L_s' = L_ss' and L_e = 1, as permutations of the entries of arrays",
    r"L_s L_{s'} = L_{ss'}, \quad L_e = 1",
)
def array_actions(
    stabilizer: Stabilizer,
    shape: tuple[int, ...],
    feature_types: Sequence[FeatureType],
    action: Action = array_action,
) -> Finding:
    """Decide whether L composes as the group does, about the centre and on the torus."""
    kinds = [(one, False) for one in feature_types]
    if len(set(shape)) == 1:
        kinds += [(one, True) for one in feature_types]
    for feature_type, torus in kinds:
        flaw = _flaw_of_action(stabilizer, shape, feature_type, torus, action)
        if flaw:
            where = "on the torus" if torus else "about the centre"
            return refuted(_HOW, f"{feature_type} maps of shape {shape}, {where}: {flaw}")
    return proved(
        f"{_HOW}: {stabilizer.order**2} products, {len(kinds)} kinds of arrays",
        f"All ${stabilizer.order}^2$ products of index arrays were compared, for ${len(kinds)}$ "
        "kinds of feature maps, about the centre of the array and on the torus.",
    )


def _flaw_of_action(
    stabilizer: Stabilizer,
    shape: tuple[int, ...],
    feature_type: FeatureType,
    torus: bool,
    action: Action,
) -> str | None:
    """Say where the index arrays of L are no homomorphism, None if nowhere."""
    sides = [shape if torus else image_shape(stabilizer, s, shape) for s in stabilizer]
    moved = {
        (s, side): action(stabilizer, s, side, feature_type, torus)
        for s, side in tuples(stabilizer, sorted({shape, *sides}))
    }
    unmoved = moved[stabilizer.identity, shape].reshape(-1)
    inside = unmoved < unmoved.size
    if not np.array_equal(unmoved[inside], np.flatnonzero(inside)):
        return "L_e moves entries"
    for s, other in tuples(stabilizer, repeat=2):
        inner = np.append(moved[other, shape].reshape(-1), unmoved.size)
        product = int(stabilizer.cayley_table[s, other])
        if not np.array_equal(inner[moved[s, sides[other]]], moved[product, shape]):
            names = f"({stabilizer.label(s)}) and s' = ({stabilizer.label(other)})"
            return f"L_s L_s' is not L_ss' for s = {names}"
    return None


def layer_claims(
    stabilizer: Stabilizer, sizes: Size | Sequence[Size] | None
) -> list[tuple[Claim[...], tuple[object, ...]]]:
    """Return the claims for the kernel sizes that a user names, with their arguments.

    With no sizes named these are those of size 3, not applicable if it has no window.

    Raises
    ------
    WindowError, DimensionError
        For what is no size of a box.
    """
    generators = [stabilizer.subgroup([s]) for s in stabilizer.generators]
    declared: list[str | Subgroup] = ["planar", "regular", *generators]
    kinds = [FeatureType.of(stabilizer, kind) for kind in declared]
    claims: list[tuple[Claim[...], tuple[object, ...]]] = []
    named = (3,) if sizes is None else (sizes,) if integer(sizes) is not None else sizes
    for size in listed(named, "kernel sizes"):
        box = read_box(size, stabilizer.dimension)
        name = str(box[0]) if integer(size) is not None else "×".join(str(side) for side in box)
        try:
            window = Window.of_size(stabilizer, box)
        except WindowError as error:
            reason = f"{error.message}; verify(kernel_sizes=…) takes others"
            finding = not_applicable(reason) if sizes is None else refuted(_HOW, error.message)
            claims.append((window_stable.settled(f"window {name}", finding), ()))
            continue
        banks = [FilterBank(window, *pair) for pair in tuples(dict.fromkeys(kinds), repeat=2)]
        claims += [
            (window_stable.renamed(f"window {name}"), (window,)),
            (filter_banks.renamed(f"filter banks {name}"), (banks,)),
            (array_actions.renamed(f"L_g on {name}"), (stabilizer, window.box, kinds)),
        ]
    return claims
