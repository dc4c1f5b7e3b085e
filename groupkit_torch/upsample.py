r"""Upsampling: each point repeated, or maps interpolated with a tent of the group."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Inexact
from torch import Tensor

from groupkit import SplitGroup
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.tent import tent
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import HALF, axis_size, check_map, laid_out_as, widened
from groupkit_torch.functional import convolve_transpose
from groupkit_torch.geometry import SettingError, check_group, per_axis
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampler import Sampler
from groupkit_torch.tables import Tabulated

_MODES = ("nearest", "linear")


class GroupUpsample(Tabulated, Guarded):
    r"""Make every map larger by a whole factor, exactly equivariant at every size.

    ``"linear"`` writes each point through the tent :math:`\psi` of the group and makes n points
    :math:`(n - 1) r + 1`; the old ones keep their values,

    .. math:: y(s, o) = \sum_z \psi(o - r z)\, f(s, z),

    and linear functions stay linear. Where S permutes the axes it is
    `torch.nn.functional.interpolate` with ``align_corners=True``; on hexagonal lattices it is
    linear on the triangles. ``"nearest"`` repeats each point, n points become r n, as in
    `torch.nn.Upsample`: that is symmetric only where boxes are.

    Parameters
    ----------
    group : SplitGroup
        G.
    scale_factor : int or tuple of int
        r; equal on axes that S mixes.
    mode : {"nearest", "linear"}
        What is written between the points.
    feature_type : {"regular", "planar"}, subgroup or Field
        What the maps are functions on.
    exact : {"warn", "raise", "ignore"}
        As in other layers; no call loses symmetry.

    Raises
    ------
    WindowError
        If S mixes axes of unlike factors, or maps a box to something else and the mode is
        "nearest".
    SettingError
        If the mode or a factor is none.

    Notes
    -----
    On lattices whose boxes are not stable, the map is read inside its stable window, and what is
    written is divided by what a map of ones gives.

    Examples
    --------
    >>> import groupkit as gk
    >>> GroupUpsample(gk.p6, 2, "linear")(torch.ones(1, 1, 6, 5, 5)).shape
    torch.Size([1, 1, 6, 9, 9])
    >>> GroupUpsample(gk.p6, 2)
    Traceback (most recent call last):
    groupkit.errors.WindowError: mode="nearest" repeats points in boxes, which p6 does not map onto
    boxes; use mode="linear"
    """

    _table_names = ("weights",)
    weights: Tensor

    def __init__(
        self,
        group: SplitGroup,
        scale_factor: int | Sequence[int],
        mode: str = "nearest",
        *,
        feature_type: FeatureType | TypeLike = "regular",
        exact: str = "warn",
    ) -> None:
        super().__init__()
        check_group(group)
        stabilizer, dimension = group.stabilizer, group.dimension
        self.group, self.mode = group, mode
        if mode not in _MODES:
            raise SettingError(
                f'mode={mode!r} is neither "nearest" nor "linear"; use one of them', witness=mode
            )
        self.scale_factor = per_axis("scale_factor", scale_factor, dimension, least=1)
        size = tuple(2 * r - 1 for r in self.scale_factor)
        self._tent = filters = tent(stabilizer, size)  # refuses unlike factors
        self.feature_type = FeatureType.of(stabilizer, feature_type)
        self._size = axis_size(self.feature_type)
        self.domain = Domain.of(stabilizer)
        if mode == "linear":
            self.denominator = filters.denominator
            self.padding = tuple((k - 1) // 2 for k in filters.box)
            kernel = Kernel.of_tent(stabilizer, self.scale_factor, size)
        elif self.domain.is_whole:
            self.padding = (0,) * dimension
            kernel = Kernel.of_window(
                group.window(self.scale_factor), self.scale_factor, (1,) * dimension
            )
        else:
            raise WindowError(
                f'mode="nearest" repeats points in boxes, which {group.name} does not map onto '
                'boxes; use mode="linear"',
                witness=mode,
            )
        self.reset_parameters()
        sampler = Sampler(group, kernel, self.padding, False, output_padding=(0,) * dimension)
        self._set_guard(sampler, exact)

    def _make_tables(self, device: torch.device) -> None:
        if self.mode == "linear":  # integers, which .to(dtype) leaves as they are
            self.weights = torch.tensor(self._tent.on_box(), dtype=torch.int64, device=device)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels *out"]:
        """Return the larger map."""
        dimension = len(self.scale_factor)
        check_map(x, None, self._size, dimension)
        self._guard(x)
        if self.mode == "nearest":
            y = x
            for axis, factor in enumerate(self.scale_factor, start=-dimension):
                y = y.repeat_interleave(factor, dim=axis) if factor > 1 else y
            return laid_out_as(x, y, dimension)
        space = x.shape[-dimension:]
        maps = widened(self.domain.fill(x)).reshape(-1, 1, *space)
        y = self._write(maps)
        if self.domain.is_whole:
            y = y / self.denominator
        else:
            inside = self.domain.inside_of(x).to(maps.real.dtype)
            y = y / self._write(inside.view(1, 1, *space)).clamp(min=1)
        y = y.view(*x.shape[:-dimension], *y.shape[-dimension:])
        return laid_out_as(x, y.to(x.dtype) if x.dtype in HALF else y, dimension)

    def _write(self, maps: Tensor) -> Tensor:
        weights = self.weights.to(maps)[None, None]
        return convolve_transpose(maps, weights, None, self.scale_factor, self.padding)

    def extra_repr(self) -> str:
        """Return the arguments, as torch's layers show them."""
        return (
            f"{self.group.name}, scale_factor={self.scale_factor}, mode={self.mode!r}, "
            f"{self.feature_type}"
        )
