r"""Averages over parts of the array, as many as asked for, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.stabilizer import Stabilizer
from groupkit.stable_subset import stable_subset
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map
from groupkit_torch.geometry import SettingError, check_group, per_axis
from groupkit_torch.pooling.reductions import reduce
from groupkit_torch.sampling.exactness import Exactness, read_sides
from groupkit_torch.sampling.sampler import CENTRE

Sizes = tuple[int | None, ...]
_AVERAGES: Final[dict[int, Callable[..., Tensor]]] = {
    1: F.adaptive_avg_pool1d,
    2: F.adaptive_avg_pool2d,
    3: F.adaptive_avg_pool3d,
}


class GroupAdaptiveAvgPool(nn.Module):
    r"""Means over :math:`m` parts of each axis, from :math:`\lfloor i n / m \rfloor` up to
    :math:`\lceil (i + 1) n / m \rceil`.

    A reversal of an axis takes part i to part m - 1 - i, at every n and m; axes that S exchanges
    need equal m. That makes the layer commute with S. It does not commute with translations,
    unless one output is left. On lattices whose boxes are not stable, only that is possible: the
    mean over the inside of the stable window.

    Parameters
    ----------
    group : SplitGroup
        G.
    output_size : int, None or tuple of these
        m for each lattice axis; None leaves the axis as it is, as in
        `torch.nn.AdaptiveAvgPool2d`.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the maps are functions on.

    Raises
    ------
    WindowError
        If S exchanges axes with unlike output sizes, or does not keep boxes and there is more
        than one output.
    SettingError
        If the sizes are no sizes.
    FeatureTypeError
        If a map is not of the declared type.

    Examples
    --------
    >>> import groupkit as gk
    >>> GroupAdaptiveAvgPool(gk.p4, 3)(torch.rand(2, 5, 4, 10, 10)).shape
    torch.Size([2, 5, 4, 3, 3])
    >>> GroupAdaptiveAvgPool(gk.p6, 1)(torch.rand(2, 5, 6, 9, 9)).shape
    torch.Size([2, 5, 6, 1, 1])
    >>> GroupAdaptiveAvgPool(gk.p4, (3, 2))
    Traceback (most recent call last):
    groupkit.errors.WindowError: output_size=(3, 2) is not that of a map of p4: M = [[0, -1], [1,
    0]] exchanges axes 0 and 1; give them equal sizes
    """

    def __init__(
        self,
        group: SplitGroup,
        output_size: int | Sequence[int | None] | None,
        *,
        feature_type: FeatureType | TypeLike = "regular",
    ) -> None:
        super().__init__()
        stabilizer = check_group(group).stabilizer
        self.group = group
        self.feature_type = FeatureType.of(stabilizer, feature_type)
        self.output_size = _sizes(output_size, group.dimension)
        _check_sizes(group.name, stabilizer, self.output_size)
        self.domain = Domain.of(stabilizer)
        self._size = axis_size(self.feature_type)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the means."""
        dimension = self.group.dimension
        check_map(x, None, self._size, dimension)
        if not self.domain.is_whole:
            mean = reduce(x, "mean", list(range(-dimension, 0)), self.domain.inside_of(x))
            return mean.view(*mean.shape, *[1] * dimension)
        if x.is_complex():  # torch has no such kernel
            return torch.complex(self._average(x.real), self._average(x.imag))
        return self._average(x)

    def _average(self, x: Tensor) -> Tensor:
        flat = x if self._size is None else x.flatten(1, 2)
        space = x.shape[x.dim() - self.group.dimension :]
        sizes = [n if m is None else m for n, m in zip(space, self.output_size, strict=True)]
        y = _AVERAGES[self.group.dimension](flat, sizes)
        return y if self._size is None else y.unflatten(1, x.shape[1:3])

    def exactness(self, input_size: int | Sequence[int]) -> Exactness:
        r"""Return what this layer keeps of S at an input size: all of it.

        Part m - 1 - i of an axis is part i reversed, as
        :math:`n - \lceil (i + 1) n / m \rceil = \lfloor (m - 1 - i) n / m \rfloor`, and axes
        that S exchanges were given equal m.

        Parameters
        ----------
        input_size : int or sequence of int
            Sides of the input along the lattice axes.

        Raises
        ------
        DimensionError
            If there is another number of sides than lattice axes.
        WindowError
            If the array has no centre that S allows.

        Examples
        --------
        >>> import groupkit as gk
        >>> print(GroupAdaptiveAvgPool(gk.p4, 3).exactness(10))
        output size 3 on 10×10 keeps all 4 elements of p4
        """
        stabilizer, size = self.group.stabilizer, read_sides(self.group, input_size)
        if not stabilizer.is_signed_permutation:
            stable_subset(stabilizer, size)  # raises where S has no centre
        sizes = zip(size, self.output_size, strict=True)
        after = tuple(n if m is None else m for n, m in sizes)
        asked = self.output_size[0] if len(set(self.output_size)) == 1 else self.output_size
        whole = stabilizer.subgroup(range(stabilizer.order))
        return Exactness(
            self.group, f"output size {asked}", size, after, {}, whole, CENTRE, remedies=()
        )

    def extra_repr(self) -> str:
        """Return the group, the output sizes and the feature type."""
        return f"{self.group.name}, output_size={self.output_size}, {self.feature_type}"


def _sizes(output_size: int | Sequence[int | None] | None, dimension: int) -> Sizes:
    given = [output_size] * dimension if output_size is None else output_size
    if isinstance(given, int):
        return per_axis("output_size", given, dimension, least=1)
    whole = [1 if size is None else size for size in given]
    if len(whole) != dimension:
        raise SettingError(
            f"output_size={output_size!r} is neither one size nor one for each of the {dimension} "
            "lattice axes",
            witness=output_size,
        )
    checked = per_axis("output_size", whole, dimension, least=1)
    return tuple(None if a is None else n for a, n in zip(given, checked, strict=True))


def _check_sizes(name: str, stabilizer: Stabilizer, sizes: Sizes) -> None:
    if not stabilizer.is_signed_permutation:
        if any(size != 1 for size in sizes):
            raise WindowError(
                f"output_size={sizes} divides the array's box, which {name} does not map onto "
                "itself; use 1, or a pooling layer with a stride",
                witness=sizes,
            )
        return
    for matrix in stabilizer.matrices.tolist():
        for i, row in enumerate(matrix):
            j = next(axis for axis, entry in enumerate(row) if entry)
            if sizes[i] != sizes[j]:
                raise WindowError(
                    f"output_size={sizes} is not that of a map of {name}: M = {matrix} exchanges "
                    f"axes {min(i, j)} and {max(i, j)}; give them equal sizes",
                    witness=matrix,
                )
