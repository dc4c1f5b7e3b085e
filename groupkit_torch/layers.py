"""All layers of one group under short names: ``L = layers(p4m); L.GroupConv(8, 8, 3)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Final

from torch import nn

from groupkit import SplitGroup
from groupkit.errors import UnknownNameError
from groupkit_torch.augment import RandomTransform
from groupkit_torch.convolutions.conv import GroupConv, LiftingConv
from groupkit_torch.convolutions.conv_transpose import GroupConvTranspose
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.dropout import GroupDropout
from groupkit_torch.geometry import SettingError
from groupkit_torch.images.resample import Resampling
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.norms.pointwise_norm import GroupLayerNorm, GroupRMSNorm
from groupkit_torch.norms.sample_norm import GroupGroupNorm, GroupInstanceNorm
from groupkit_torch.norms.sync_batch_norm import GroupSyncBatchNorm
from groupkit_torch.pooling.adaptive_pool import GroupAdaptiveAvgPool
from groupkit_torch.pooling.blur_pool import GroupBlurPool
from groupkit_torch.pooling.coset_pool import CosetPool
from groupkit_torch.pooling.global_pool import GlobalPool
from groupkit_torch.pooling.pooling import GroupAvgPool, GroupMaxPool
from groupkit_torch.symmetrize import Symmetrize
from groupkit_torch.upsample import GroupUpsample

_MODULES: Final = (
    LiftingConv,
    GroupConv,
    GroupConvTranspose,
    GroupLinear,
    SeparableGroupConv,
    GroupBatchNorm,
    GroupSyncBatchNorm,
    GroupInstanceNorm,
    GroupGroupNorm,
    GroupLayerNorm,
    GroupRMSNorm,
    GroupDropout,
    GroupMaxPool,
    GroupAvgPool,
    GroupBlurPool,
    GroupUpsample,
    GroupAdaptiveAvgPool,
    GlobalPool,
    CosetPool,
    Resampling,
    RandomTransform,
    Symmetrize,
)
_LAYERS: Final[dict[str, type[nn.Module]]] = {module.__name__: module for module in _MODULES}
_PREFIX: Final = "Group"


class UnknownLayerError(UnknownNameError, AttributeError):
    """A layer that this package has not; the message suggests the nearest one."""

    law = "layers are those of groupkit_torch"


@dataclass(frozen=True)
class Layers:
    """The layers of one group: attribute X is the class GroupX, or X, with the group bound.

    Parameters
    ----------
    group : SplitGroup
        The group that every layer gets as its first argument.

    Raises
    ------
    UnknownLayerError
        For an attribute that is no layer; it is an `AttributeError` too.
    """

    group: SplitGroup

    def __getattr__(self, name: str) -> Callable[..., nn.Module]:
        module = _LAYERS.get(name) or _LAYERS.get(_PREFIX + name)
        if module is None:
            near = get_close_matches(name, dir(self), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_names())}"
            if name.startswith("Conv") and name.endswith("d"):  # torch's name: one for 1-D to 3-D
                hint = "did you mean 'LiftingConv', from planar maps, or 'GroupConv'?"
            raise UnknownLayerError(f"{name!r} is no layer of groupkit_torch; {hint}", witness=name)
        if module is Symmetrize:  # a model comes first: L.Symmetrize(model)
            return partial(module, group=self.group)
        return partial(module, self.group)

    def __dir__(self) -> list[str]:
        return _names()

    def __repr__(self) -> str:
        return f"layers({self.group.name}): {', '.join(_names())}"


def layers(group: SplitGroup) -> Layers:
    """Return the layers of a group, the group bound as their first argument.

    Parameters
    ----------
    group : SplitGroup
        Any declared group.

    Returns
    -------
    Layers
        ``layers(group).X(...)`` is ``GroupX(group, ...)``, or ``X(group, ...)``;
        ``layers(group).Symmetrize(model)`` is ``Symmetrize(model, group)``.

    Raises
    ------
    SettingError
        If ``group`` is no declared group.

    Examples
    --------
    >>> import groupkit as gk
    >>> L = layers(gk.p4)
    >>> L.MaxPool(3, stride=2, padding=1)
    GroupMaxPool(p4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), regular)
    >>> L.LiftingConvolution
    Traceback (most recent call last):
    groupkit_torch.layers.UnknownLayerError: 'LiftingConvolution' is no layer of groupkit_torch;
    did you mean 'LiftingConv'?
    """
    if not isinstance(group, SplitGroup):
        raise SettingError(
            f"layers are those of a declared SplitGroup, not of {group!r}; shipped ones are in "
            "groupkit.catalog",
            witness=group,
        )
    return Layers(group)


def _names() -> list[str]:
    return sorted({*_LAYERS, *(name.removeprefix(_PREFIX) for name in _LAYERS)})
