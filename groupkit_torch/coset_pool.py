r"""Pooling over the cosets of a subgroup of the stabilizer.

.. math:: [P f](g) = \max_{k \in g H} f(k)

commutes with every :math:`L_h`, and is constant on cosets gH: a function on G/H.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError, NotASubgroupError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.feature_maps import check_map


class CosetPool(nn.Module):
    r"""Pool the stabilizer axis over cosets, :math:`y(sH, x) = \max_{h \in H} f(s h, x)`.

    Parameters
    ----------
    group : SplitGroup
        G.
    mode : {"max", "mean", "sum"}
        How the entries of a coset become one.
    subgroup : subgroup, optional
        H ≤ S, which holds the subgroup of the input type: the output is a map on G/H. By
        default all of S, and the output is planar, without a stabilizer axis.
    input_type : "regular" or subgroup
        What the input is a function on.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, the input planar, or the mode unknown.
    NotASubgroupError
        If the cosets of H are no unions of cosets of the input's subgroup.

    Examples
    --------
    >>> import groupkit as gk
    >>> CosetPool(gk.p4m, "max")(torch.rand(2, 3, 8, 9, 9)).shape
    torch.Size([2, 3, 9, 9])
    >>> rotations = gk.p4m.stabilizer.subgroup([{"r": 1}])
    >>> CosetPool(gk.p4m, "mean", rotations)(torch.rand(2, 3, 8, 9, 9)).shape
    torch.Size([2, 3, 2, 9, 9])

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.3.
    """

    members: Tensor | None

    def __init__(
        self,
        group: SplitGroup,
        mode: str = "max",
        subgroup: TypeLike | None = None,
        input_type: FeatureType | TypeLike = "regular",
    ) -> None:
        super().__init__()
        stabilizer = group.stabilizer
        if mode not in ("max", "mean", "sum"):
            raise FeatureTypeError(
                f'mode={mode!r} pools nothing; use "max", "mean" or "sum"', witness=mode
            )
        self.group, self.mode = group, mode
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
        self.register_buffer("members", None, persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Make the index of the cosets' entries anew; there is nothing to learn."""
        if not self.output_type.has_axis:
            return
        ours = self.input_type.cosets.representatives
        owner = self.output_type.cosets.index_of[ours]  # the output coset of each input coset
        self.members = torch.tensor(owner).argsort(stable=True)

    def forward(
        self, x: Float[Tensor, "batch channels cosets *space"]
    ) -> Float[Tensor, "batch channels *rest"]:
        """Return the pooled map."""
        check_map(x, None, self.input_type.size, self._dimension)
        axis = 2
        if self.members is not None:
            x = x.index_select(2, self.members).unflatten(2, (self.output_type.size, -1))
            axis = 3
        if self.mode == "max":
            return x.amax(axis)
        return x.mean(axis) if self.mode == "mean" else x.sum(axis)

    def extra_repr(self) -> str:
        """Return the group, the mode and both types."""
        return f"{self.group.name}, {self.mode!r}, {self.input_type} -> {self.output_type}"
