r"""Pooling over the cosets of a subgroup of the stabilizer.

.. math:: [P f](g) = \max_{k \in g H} f(k)

commutes with every :math:`L_h`, and is constant on cosets gH: a function on G/H.
"""

from __future__ import annotations

import torch
from jaxtyping import Inexact
from torch import Tensor

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError, NotASubgroupError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.feature_maps import check_map, laid_out_as
from groupkit_torch.geometry import check_group
from groupkit_torch.pooling.reductions import check_mode, reduce
from groupkit_torch.tables import Tabulated


class CosetPool(Tabulated):
    r"""Pool the stabilizer axis over cosets, :math:`y(sH, x) = \max_{h \in H} f(s h, x)`.

    Any of the modes takes the place of the maximum: none depends on the order of h.

    Parameters
    ----------
    group : SplitGroup
        G.
    mode : {"max", "mean", "sum", "min", "logsumexp"}
        How the entries of a coset become one.
    subgroup : subgroup, optional
        H ≤ S, which holds the subgroup of the input type: the output is a map on G/H. By
        default all of S, and the output is planar, without a stabilizer axis.
    input_type : "regular" or subgroup
        What the input is a function on.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, or the input planar.
    SettingError
        If there is no such mode.
    NotASubgroupError
        If the cosets of H are no unions of cosets of the input's subgroup.
    DtypeError
        If a map is complex, and the mode "max" or "min".

    Examples
    --------
    >>> import groupkit as gk
    >>> x = torch.rand(2, 3, 8, 9, 9)
    >>> CosetPool(gk.p4m, "max")(x).shape
    torch.Size([2, 3, 9, 9])

    From p4m to p4: the cosets of the mirror are numbered by the rotations, so that a function
    on them is a regular map of p4, which layers of p4 take on from there.

    >>> pool = CosetPool(gk.p4m, "max", gk.p4m.subgroup({"m": 1}))
    >>> pool
    CosetPool(p4m, 'max', regular -> function on G/H with |H| = 2, 4 cosets)
    >>> pool(x).shape
    torch.Size([2, 3, 4, 9, 9])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.3.
    """

    _table_names = ("members",)
    members: Tensor | None

    def __init__(
        self,
        group: SplitGroup,
        mode: str = "max",
        subgroup: TypeLike | None = None,
        input_type: FeatureType | TypeLike = "regular",
    ) -> None:
        super().__init__()
        stabilizer = check_group(group).stabilizer
        self.group, self.mode = group, check_mode(mode)
        self.input_type = FeatureType.of(stabilizer, input_type)
        self.output_type = FeatureType.of(stabilizer, "planar" if subgroup is None else subgroup)
        if not self.input_type.has_axis:
            raise FeatureTypeError(
                "a planar map has no stabilizer axis to pool; leave the layer out",
                witness=self.input_type,
            )
        outside = sorted(set(self.input_type.subgroup) - set(self.output_type.subgroup))
        if outside:
            raise NotASubgroupError(
                f"maps on {self.input_type} cannot be pooled to {self.output_type}: element "
                f"{outside[0]} of the input's subgroup is not in the output's; pool over a "
                "subgroup that holds the input's",
                witness=outside[0],
            )
        self._dimension = group.dimension
        self.members = None
        self.reset_parameters()

    def _make_tables(self, device: torch.device) -> None:
        if not self.output_type.has_axis:
            return
        ours = self.input_type.cosets.representatives
        owner = self.output_type.cosets.index_of[ours]  # the output coset of each input coset
        self.members = torch.tensor(owner, device=device).argsort(stable=True)

    def forward(
        self, x: Inexact[Tensor, "batch channels cosets *space"]
    ) -> Inexact[Tensor, "batch channels *rest"]:
        """Return the pooled map."""
        check_map(x, None, self.input_type.size, self._dimension)
        if self.members is None:
            return laid_out_as(x, reduce(x, self.mode, [2]), self._dimension)
        entries = x.index_select(2, self.members.to(x.device)).unflatten(
            2, (self.output_type.size, -1)
        )
        return laid_out_as(x, reduce(entries, self.mode, [3]), self._dimension)

    def extra_repr(self) -> str:
        """Return the group, the mode and both types."""
        return f"{self.group.name}, {self.mode!r}, {self.input_type} -> {self.output_type}"
