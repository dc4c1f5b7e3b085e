r"""Batch normalisation over whole G-feature maps.

.. math:: y = \gamma_c \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

with one mean, variance, scale and bias for each G-feature map: statistics that differed
between the entries of the stabilizer axis would not commute with S, which permutes them.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Inexact
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from groupkit import SplitGroup
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map, check_real, scalar_type
from groupkit_torch.geometry import check_group, positive
from groupkit_torch.norms.inside_norm import by_channel, check_several, normalise_inside
from groupkit_torch.provenance import Declared


class GroupBatchNorm(Declared, _BatchNorm):
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
    torus : bool
        Whether maps live on the torus of circular padding: then all of the array counts, on
        every lattice.
    device, dtype
        Of the parameters.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, the type is a field, or a map has a single value a
        channel in training.
    DtypeError
        If a map is complex.

    Notes
    -----
    With statistics of the inside alone, forward and backward take about 2.5 times as long as
    `torch.nn.BatchNorm2d` on the whole array, in bfloat16 five times; elsewhere, and in
    evaluation, as long.

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
        torus: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        stabilizer = check_group(group).stabilizer
        kind = scalar_type(stabilizer, feature_type, type(self).__name__)
        channels = positive("num_features", num_features)
        super().__init__(
            channels, eps, momentum, affine, track_running_stats, device=device, dtype=dtype
        )
        self._declare(group, device)
        self.feature_type = kind
        self._size = axis_size(kind)
        self.domain = Domain.torus(stabilizer) if torus else Domain.of(stabilizer)
        self._dimension = group.dimension

    def forward(
        self, x: Inexact[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_features, self._size, self._dimension)
        check_real(x, type(self).__name__, "have a covariance instead of a variance")
        if not self.training and self._has_statistics():
            if x.is_contiguous() and x.dim() <= 5:  # cuDNN takes no more axes
                return self._evaluated(x)
            return by_channel(x, self._dimension, self._evaluated)
        check_several(x, x.shape[0] * self.feature_type.size, self.domain)
        planes = torch.compiler.is_dynamo_compiling() and x.is_cpu and self._size is not None
        if self.domain.is_whole and not (planes and x.numel()):
            return by_channel(x, self._dimension, super().forward)
        y, mean, variance = normalise_inside(x, self.domain, self.eps, self.weight, self.bias)
        if self.training and self.track_running_stats:
            self._update_running(mean, variance)
        return y

    def _has_statistics(self) -> bool:
        # looking among the buffers is faster, but a parametrized one is not there
        return self._buffers.get("running_mean") is not None or self.running_mean is not None

    def _evaluated(self, x: Tensor) -> Tensor:
        """Return what torch's batch norm does, without the time of its Python."""
        own, seen = self._parameters, self._buffers
        try:
            taken = own["weight"], own["bias"], seen["running_mean"], seen["running_var"]
        except KeyError:  # parametrized or pruned
            taken = self.weight, self.bias, self.running_mean, self.running_var
        cudnn = x.is_cuda and torch.backends.cudnn.enabled
        return torch.batch_norm(x, *taken, False, 0.0, self.eps, cudnn)

    @torch.no_grad()
    def _update_running(
        self, mean: Float[Tensor, " channels"], variance: Float[Tensor, " channels"]
    ) -> None:
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
        torus = ", torus=True" if self.domain.is_torus else ""
        return f"{self.group.name}, {arguments}, {self.feature_type}{torus}"
