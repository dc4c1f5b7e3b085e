r"""Batch normalisation over whole G-feature maps.

.. math:: y = \gamma_c \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

with one mean, variance, scale and bias for each G-feature map: statistics that differed
between the entries of the stabilizer axis would not commute with S, which permutes them.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map


class GroupBatchNorm(_BatchNorm):
    r"""Batch normalisation with one scale, bias, mean and variance per G-feature map.

    Statistics run over the batch, the stabilizer axis and the lattice; on lattices whose boxes
    are not stable, over the inside of the stable window only. All else, running statistics and
    their unbiased variance included, is as in `torch.nn.BatchNorm2d`, which this class is one
    of for `torch.optim.swa_utils.update_bn` and its like.

    Parameters
    ----------
    group : SplitGroup
        G.
    num_features : int
        C, the number of G-feature maps.
    eps, momentum, affine, track_running_stats
        As in `torch.nn.BatchNorm2d`.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    device, dtype
        Of the parameters.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, or has a single value a channel in training.

    Examples
    --------
    >>> import groupkit as gk
    >>> norm = GroupBatchNorm(gk.p4, 2)
    >>> norm
    GroupBatchNorm(p4, 2, eps=1e-05, momentum=0.1, ..., regular)
    >>> y = norm(torch.rand(5, 2, 4, 9, 9))
    >>> torch.allclose(y.mean(dim=(0, 2, 3, 4)), torch.zeros(2), atol=1e-5)
    True

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 6.2 (pointwise
    operations) and 8 (batch normalisation shared over G-feature maps).
    Ioffe & Szegedy (2015), "Batch Normalization", algorithm 1.
    """

    def __init__(
        self,
        group: SplitGroup,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device=device, dtype=dtype
        )
        self.group = group
        self.feature_type = FeatureType.of(group.stabilizer, feature_type)
        self._size = axis_size(self.feature_type)
        self.domain = Domain.of(group.stabilizer)
        self._dimension = group.dimension

    def forward(
        self, x: Float[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_features, self._size, self._dimension)
        if not self.domain.is_whole and (self.training or self.running_mean is None):
            return self._normalise_inside(x, self.domain.inside_of(x))
        if self._size is None:
            return super().forward(x)
        last = x.movedim((1, 2), (-2, -1))
        if last.is_contiguous() and not x.is_contiguous():  # channels_last: keep the layout
            return super().forward(last.flatten(0, -3)).view(last.shape).movedim((-2, -1), (1, 2))
        return super().forward(x.flatten(2, 3)).view(x.shape)  # four axes, not five: faster

    def _normalise_inside(
        self, x: Float[Tensor, "batch num_features *rest"], mask: Bool[Tensor, "*space"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        dtype = x.dtype
        if dtype in (torch.float16, torch.bfloat16):
            x = x.float()  # as torch does: statistics in single precision
        copies = x[:, 0].numel() // mask.numel()
        if copies == 1 and not torch.compiler.is_compiling() and int(mask.sum()) == 1:
            raise FeatureTypeError(
                f"a map of shape {tuple(x.shape)} has one value a channel in its stable window, "
                "which has no variance; use a larger batch or map, or evaluation mode",
                witness=tuple(x.shape),
            )
        axes = [axis for axis in range(x.dim()) if axis != 1]
        per_map = [-1 if axis == 1 else 1 for axis in range(x.dim())]
        count = mask.sum() * copies
        mean = torch.where(mask, x, 0).sum(axes) / count
        centred = torch.where(mask, x - mean.view(per_map), 0)
        variance = centred.square().sum(axes) / count
        if self.training and self.track_running_stats:
            self._update_running(mean.detach(), variance.detach() * count / (count - 1))
        scale = (variance + self.eps).rsqrt()
        if not self.affine:
            return (centred * scale.view(per_map)).to(dtype)
        scale = scale * self.weight
        return torch.addcmul(self.bias.view(per_map), centred, scale.view(per_map)).to(dtype)

    @torch.no_grad()
    def _update_running(self, mean: Float[Tensor, "c"], variance: Float[Tensor, "c"]) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        weight: Tensor | float = (
            1 / self.num_batches_tracked.to(mean.dtype) if self.momentum is None else self.momentum
        )
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), weight)
        self.running_var.lerp_(variance.to(self.running_var.dtype), weight)

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002  (torch's own name)
        """Do nothing: `check_map` has done it."""

    def extra_repr(self) -> str:
        """Return the group, torch's own arguments and the feature type."""
        arguments: str = super().extra_repr()  # type: ignore[no-untyped-call]
        return f"{self.group.name}, {arguments}, {self.feature_type}"
