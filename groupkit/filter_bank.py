"""The one integer array that every G-convolution layer is."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

import numpy as np
from jaxtyping import Int

from groupkit.errors import FilterBankError
from groupkit.feature_type import FeatureType
from groupkit.frozen import Frozen
from groupkit.window import Window


class FilterBank(Frozen):
    """The orbit that each entry of an expanded filter bank takes its weight from.

    H_out acts on (S/H_in) × W; its orbits are the free parameters of a layer, and

        index[s', s, x] = orbit of (s'⁻¹ s, M(s')⁻¹ x),   s' ∈ S/H_out, s ∈ S/H_in, x ∈ W.

    ``weight[..., index]`` is then the expanded bank, and one planar convolution with it is
    the G-correlation [f ⋆ ψ](g) = Σ_h Σ_k f_k(h) ψ_k(g⁻¹h).  Orbits are numbered by first
    appearance, row-major over (s, x), so weights of lifting layers run over the points of
    the window, those of regular layers over (s, x).

    Parameters
    ----------
    window : Window
        W; its bounding box is the kernel.
    input_type, output_type : FeatureType
        Functions on G/H_in and on G/H_out.

    Raises
    ------
    FilterBankError
        If the three belong to different stabilizers.

    References
    ----------
    Cohen & Welling (2016), equations 10, 11 and section 7.1 (filter transformation).

    Examples
    --------
    >>> from groupkit import p4
    >>> lifting = p4.filter_bank(3, input_type="planar")
    >>> lifting.n_parameters, lifting.index.shape
    (9, (4, 1, 3, 3))
    >>> lifting.index[1, 0].tolist()  # filters turn as torch.rot90(x, 1, (-2, -1)) does
    [[2, 5, 8], [1, 4, 7], [0, 3, 6]]
    """

    __slots__ = ("__dict__", "input_type", "output_type", "window")

    window: Window
    input_type: FeatureType
    output_type: FeatureType

    def __init__(self, window: Window, input_type: FeatureType, output_type: FeatureType) -> None:
        for part in (input_type, output_type):
            if part.stabilizer != window.stabilizer:
                one, other = part.stabilizer.told_from(window.stabilizer)
                raise FilterBankError(
                    f"{part!r} belongs to {one}, the window to {other}; make both with the "
                    "methods of one group",
                    witness=part,
                )
        self._set(window=window, input_type=input_type, output_type=output_type)

    @cached_property
    def orbits(self) -> Int[np.ndarray, "in_size points"]:
        """The number of the orbit of each (s, x) ∈ (S/H_in) × W under H_out; read-only."""
        cosets, points = self.input_type.size, len(self.window)
        own = np.arange(cosets * points)
        smallest = own
        for h in self.output_type.subgroup:
            smallest = np.minimum(smallest, self._moved(h).reshape(-1))
        numbers = np.cumsum(smallest == own) - 1  # an orbit appears first at its smallest entry
        result = numbers[smallest].reshape(cosets, points)
        result.flags.writeable = False
        return result

    @property
    def n_parameters(self) -> int:
        """The number of orbits: free parameters for a pair of channels."""
        return int(self.orbits.max()) + 1

    @cached_property
    def index(self) -> Int[np.ndarray, "out_size in_size *box"]:
        """The index array; entries of the box outside the window hold n_parameters; read-only."""
        representatives = self.output_type.cosets.representatives
        inverses = self.window.stabilizer.inverses[representatives]
        index = np.full(
            (self.output_type.size, self.input_type.size, *self.window.box),
            self.n_parameters,
            dtype=np.int64,
        )
        flat = self.orbits.reshape(-1)
        for row, inverse in enumerate(inverses):
            index[row][:, self.window.mask] = flat[self._moved(int(inverse))]
        index.flags.writeable = False
        return index

    @cached_property
    def inverse(self) -> Int[np.ndarray, "out_size n_parameters"] | None:
        """Where each row of the index holds each parameter; read-only.

        index[s'] at the flat position inverse[s', p] is p. None where a row holds one twice, as
        when H_out has more than one element.
        """
        if self.orbits.size != self.n_parameters:
            return None
        rows = self.index.reshape(self.output_type.size, -1)
        inverse = np.argsort(rows, axis=1)[:, : self.n_parameters]  # what is outside comes last
        inverse.flags.writeable = False
        return inverse

    def _moved(self, a: int) -> Int[np.ndarray, "in_size points"]:
        """Return the flat positions of (a s, M(a) x) for all (s, x)."""
        points = len(self.window)
        moved: Int[np.ndarray, "in_size points"] = (
            self.input_type.action[a][:, None] * points + self.window.permutations[a]
        )
        return moved

    @property
    def _key(self) -> tuple[Hashable, ...]:
        return self.window, self.input_type, self.output_type

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._key

    def __repr__(self) -> str:
        return (
            f"FilterBank({self.input_type} -> {self.output_type}, {self.window!r}, "
            f"{self.n_parameters} parameters)"
        )
