r"""Pooling over all that a group moves: one invariant number for each channel."""

from __future__ import annotations

from jaxtyping import Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map
from groupkit_torch.geometry import check_group
from groupkit_torch.pooling.reductions import check_mode, reduce


class GlobalPool(nn.Module):
    r"""Pool stabilizer axis and lattice, :math:`y_c = \frac{1}{|S/H||X|} \sum_{s, x} f_c(s, x)`.

    The result, [batch, channels], is invariant under S, which permutes what is pooled, in
    whichever mode. On lattices whose boxes are not stable, X is the inside of the stable window.

    Parameters
    ----------
    group : SplitGroup
        G.
    mode : {"mean", "max", "sum", "min", "logsumexp"}
        How all values of a channel become one.
    input_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    torus : bool
        Whether maps live on the torus of circular padding, where all of the array counts.

    Raises
    ------
    SettingError
        If there is no such mode.
    FeatureTypeError
        If a map is not of the declared type, or the type is a field, which pooling leaves moving
        under S.
    DtypeError
        If a map is complex, and the mode "max" or "min".

    Examples
    --------
    >>> import groupkit as gk, torch
    >>> pool = GlobalPool(gk.p6)
    >>> x = torch.rand(2, 3, 6, 9, 9)
    >>> pool(x).shape
    torch.Size([2, 3])
    >>> from groupkit_torch import act
    >>> torch.allclose(pool(act(x, gk.p6, {"r": 1}, "regular")), pool(x))
    True
    """

    def __init__(
        self,
        group: SplitGroup,
        mode: str = "mean",
        *,
        input_type: FeatureType | TypeLike = "regular",
        torus: bool = False,
    ) -> None:
        super().__init__()
        stabilizer = check_group(group).stabilizer
        self.group, self.mode = group, check_mode(mode)
        self.input_type = FeatureType.of(stabilizer, input_type)
        self.output_type = "invariant"
        field = self.input_type.field
        if field is not None:
            raise FeatureTypeError(
                f"{field!r} pooled over the lattice is not invariant: S still acts on its "
                "channels; pool a regular map, or norms of the fields",
                witness=field,
            )
        self.domain = Domain.torus(stabilizer) if torus else Domain.of(stabilizer)
        self._size = axis_size(self.input_type)

    def forward(
        self, x: Inexact[Tensor, "batch channels *rest"]
    ) -> Inexact[Tensor, "batch channels"]:
        """Return one number for each channel of each sample."""
        check_map(x, None, self._size, self.group.dimension)
        mask = None if self.domain.is_whole else self.domain.inside_of(x)
        return reduce(x, self.mode, list(range(2, x.dim())), mask)

    def extra_repr(self) -> str:
        """Return the group, the mode and both types."""
        torus = ", torus=True" if self.domain.is_torus else ""
        return f"{self.group.name}, {self.mode!r}, {self.input_type} -> invariant{torus}"
