r"""Normalisation of each sample by itself, over whole G-feature maps.

.. math:: y = \gamma_c \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_c

where :math:`\mu` and :math:`\sigma^2` run over the stabilizer axis and the lattice of one
channel (instance norm) or of several (group norm): S permutes what they run over.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Inexact
from torch import Tensor, nn
from torch.nn.modules.instancenorm import _InstanceNorm

from groupkit import SplitGroup
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, check_map, check_real, laid_out_as, scalar_type
from groupkit_torch.geometry import SettingError, check_group, positive
from groupkit_torch.norms.inside_norm import check_several, normalise_groups, normalise_inside
from groupkit_torch.provenance import Declared

_NO_VARIANCE = "have a covariance instead of a variance"


class GroupInstanceNorm(Declared, _InstanceNorm):
    r"""Instance normalisation: mean and variance of each sample and G-feature map.

    They run over the stabilizer axis and the lattice; on lattices whose boxes are not stable,
    over the inside of the stable window only. All else is as in `torch.nn.InstanceNorm2d`.

    Parameters
    ----------
    group : SplitGroup
        G.
    num_features : int
        C, the number of G-feature maps.
    eps, momentum, affine, track_running_stats
        As in `torch.nn.InstanceNorm2d`; scale and bias, if any, are one per G-feature map.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    torus : bool
        Whether maps live on the torus of circular padding, where all of the array counts.
    device, dtype
        Of the parameters.

    Raises
    ------
    FeatureTypeError
        If a map is not of the declared type, the type is a field, or a map has a single value a
        channel in training.
    DtypeError
        If a map is complex.

    Examples
    --------
    >>> import groupkit as gk
    >>> norm = GroupInstanceNorm(gk.p4, 2)
    >>> y = norm(torch.rand(5, 2, 4, 9, 9))
    >>> torch.allclose(y.mean(dim=(2, 3, 4)), torch.zeros(5, 2), atol=1e-5)
    True

    References
    ----------
    Ulyanov, Vedaldi & Lempitsky (2016), "Instance Normalization", eq. 5.
    """

    def __init__(
        self,
        group: SplitGroup,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
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
        self.domain = Domain.torus(stabilizer) if torus else Domain.of(stabilizer)
        self._size, self._dimension = axis_size(kind), group.dimension

    def forward(
        self, x: Inexact[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_features, self._size, self._dimension)
        check_real(x, type(self).__name__, _NO_VARIANCE)
        if not self.track_running_stats:
            return normalise_groups(
                x, self.num_features, self.domain, self.eps, self.weight, self.bias
            )
        if self.training:
            check_several(x, self.feature_type.size, self.domain)
            if not self.domain.is_whole:
                return self._inside(x)
        y = F.instance_norm(
            x.flatten(2),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum or 0.0,
            self.eps,
        )
        return y.view(x.shape)

    def _inside(
        self, x: Float[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        batch = x.shape[0]
        affine = (self.weight.repeat(batch), self.bias.repeat(batch)) if self.affine else ()
        y, mean, variance = normalise_inside(
            x.reshape(1, -1, *x.shape[2:]), self.domain, self.eps, *affine
        )
        momentum = self.momentum or 0.0
        with torch.no_grad():
            for running, found in ((self.running_mean, mean), (self.running_var, variance)):
                assert running is not None
                running.lerp_(found.view(batch, -1).mean(0).to(running.dtype), momentum)
        return y.view(x.shape)

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002  (torch's own name)
        """Do nothing: `check_map` has done it."""

    def extra_repr(self) -> str:
        """Return the group, torch's own arguments and the feature type."""
        arguments: str = super().extra_repr()  # type: ignore[no-untyped-call]
        torus = ", torus=True" if self.domain.is_torus else ""
        return f"{self.group.name}, {arguments}, {self.feature_type}{torus}"


class GroupGroupNorm(Declared, nn.GroupNorm):
    r"""Group normalisation: mean and variance of each sample and group of G-feature maps.

    They run over the channels of the group, the stabilizer axis and the lattice; on lattices
    whose boxes are not stable, over the inside of the stable window only. Scale and bias are one
    per G-feature map; all else is as in `torch.nn.GroupNorm`. With ``num_groups=1`` it is the
    layer norm of a whole sample. (Every layer of this package that has a namesake in torch is
    called Group and that name, without exception: ``GroupNorm`` would not tell which of the two it
    is. ``layers(group).GroupNorm`` is this one.)

    Parameters
    ----------
    group : SplitGroup
        G.
    num_groups : int
        How many groups the channels are split into, one after the other.
    num_channels : int
        C, the number of G-feature maps.
    eps, affine
        As in `torch.nn.GroupNorm`.
    feature_type : {"regular", "planar"} or subgroup
        What the maps are functions on.
    torus : bool
        Whether maps live on the torus of circular padding, where all of the array counts.
    device, dtype
        Of the parameters.

    Raises
    ------
    SettingError
        If the groups do not divide the channels.
    FeatureTypeError
        If a map is not of the declared type, or the type is a field.
    DtypeError
        If a map is complex.

    Examples
    --------
    >>> import groupkit as gk
    >>> norm = GroupGroupNorm(gk.p6, 2, 4)
    >>> norm
    GroupGroupNorm(p6, 2, 4, eps=1e-05, affine=True, regular)
    >>> norm(torch.rand(5, 4, 6, 9, 9)).shape
    torch.Size([5, 4, 6, 9, 9])

    References
    ----------
    Wu & He (2018), "Group Normalization", eq. 1 to 7. Its groups are of channels.
    """

    def __init__(
        self,
        group: SplitGroup,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        feature_type: FeatureType | TypeLike = "regular",
        torus: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        stabilizer = check_group(group).stabilizer
        kind = scalar_type(stabilizer, feature_type, type(self).__name__)
        groups = positive("num_groups", num_groups)
        channels = positive("num_channels", num_channels)
        if channels % groups:
            raise SettingError(
                f"num_groups={groups} does not divide num_channels={channels}; use a divisor",
                witness=(groups, channels),
            )
        super().__init__(groups, channels, eps, affine, device=device, dtype=dtype)
        self._declare(group, device)
        self.feature_type = kind
        self.domain = Domain.torus(stabilizer) if torus else Domain.of(stabilizer)
        self._size, self._dimension = axis_size(kind), group.dimension

    def forward(
        self, x: Inexact[Tensor, "batch num_channels *rest"]
    ) -> Float[Tensor, "batch num_channels *rest"]:
        """Return the normalised map, of the same shape."""
        check_map(x, self.num_channels, self._size, self._dimension)
        check_real(x, type(self).__name__, _NO_VARIANCE)
        y = normalise_groups(x, self.num_groups, self.domain, self.eps, self.weight, self.bias)
        return laid_out_as(x, y, self._dimension)

    def extra_repr(self) -> str:
        """Return the group, torch's own arguments and the feature type."""
        arguments = f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"
        torus = ", torus=True" if self.domain.is_torus else ""
        return f"{self.group.name}, {arguments}, {self.feature_type}{torus}"
