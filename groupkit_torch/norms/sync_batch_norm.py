r"""Batch normalisation over the batches of all processes, :math:`\mu = \sum_p S_p / \sum_p N_p`."""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.distributed as dist
from jaxtyping import Float, Inexact
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.feature_maps import HALF, check_map, check_real
from groupkit_torch.norms.batch_norm import GroupBatchNorm


class GroupSyncBatchNorm(GroupBatchNorm):
    r"""`GroupBatchNorm` with the statistics of all processes that train together.

    Sums and numbers of points are added up over the processes, so batches may differ in size; on
    lattices whose boxes are not stable only the inside of the stable window counts, which
    `torch.nn.SyncBatchNorm` does not know. It runs wherever `torch.distributed` does, on CPUs with
    gloo as well. In evaluation, and in a process by itself, it is `GroupBatchNorm`.

    Parameters
    ----------
    group, num_features, eps, momentum, affine, track_running_stats
        As in `GroupBatchNorm`.
    feature_type, torus, device, dtype
        As in `GroupBatchNorm`.
    process_group : ProcessGroup, optional
        The processes; all of them by default.

    Raises
    ------
    FeatureTypeError, DtypeError
        As in `GroupBatchNorm`.

    Notes
    -----
    Two sums are communicated in a forward, one and then the other, and two in a backward.
    `torch.nn.SyncBatchNorm.convert_sync_batchnorm` takes a `GroupBatchNorm` for one of torch's and
    makes it one that counts the outside: use `convert_sync_batchnorm` of this package.

    Examples
    --------
    >>> import groupkit as gk
    >>> GroupSyncBatchNorm(gk.p6, 2)(torch.rand(5, 2, 6, 9, 9)).shape
    torch.Size([5, 2, 6, 9, 9])

    References
    ----------
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
        process_group: dist.ProcessGroup | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            group,
            num_features,
            eps,
            momentum,
            affine,
            track_running_stats,
            feature_type=feature_type,
            torus=torus,
            device=device,
            dtype=dtype,
        )
        self.process_group = process_group

    def forward(
        self, x: Inexact[Tensor, "batch num_features *rest"]
    ) -> Float[Tensor, "batch num_features *rest"]:
        """Return the normalised map, of the same shape."""
        if not (self.training or self.running_mean is None) or not self._is_shared():
            return super().forward(x)
        check_map(x, self.num_features, self._size, self._dimension)
        check_real(x, type(self).__name__, "have a covariance instead of a variance")
        wide = x.float() if x.dtype in HALF else x
        others = [axis for axis in range(x.dim()) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(x.dim())]
        whole = self.domain.is_whole
        mask = None if whole else self.domain.inside_of(x)
        within = wide if mask is None else torch.where(mask, wide, 0)
        copies = x.shape[0] * self.feature_type.size
        points = copies * self.domain.count(tuple(x.shape[-self._dimension :]))
        count = wide.new_tensor([points])
        total: Tensor = _Sum.apply(  # type: ignore[no-untyped-call]
            torch.cat([within.sum(others), count]), self.process_group
        )
        number = total[-1].detach()
        if points <= 1 and number <= 1:  # asked of the device only then
            raise FeatureTypeError(
                f"a map of shape {tuple(x.shape)} and those of the other processes have one value "
                "a channel in all, which has no variance; use larger batches, or evaluation mode",
                witness=tuple(x.shape),
            )
        mean = total[:-1] / number
        centred = wide - mean.view(shape)
        centred = centred if mask is None else torch.where(mask, centred, 0)
        squares = centred.square().sum(others)
        variance: Tensor = _Sum.apply(squares, self.process_group)  # type: ignore[no-untyped-call]
        variance = variance / number
        scale = (variance + self.eps).rsqrt()
        if self.weight is not None:
            scale = scale * self.weight
        y = centred * scale.view(shape)
        if self.bias is not None:
            y = y + self.bias.view(shape)
        if self.training and self.track_running_stats:
            self._update_running(mean.detach(), (variance * (number / (number - 1))).detach())
        result: Tensor = y.to(x.dtype)
        return result

    def _is_shared(self) -> bool:
        if not (dist.is_available() and dist.is_initialized()):
            return False
        return dist.get_world_size(self.process_group) > 1

    def __deepcopy__(self, memo: dict[int, Any]) -> GroupSyncBatchNorm:
        memo[id(self.process_group)] = self.process_group  # a connection, which has no copies
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied


def convert_sync_batchnorm(
    model: nn.Module, process_group: dist.ProcessGroup | None = None
) -> nn.Module:
    """Return the model with every `GroupBatchNorm` in it one that is synchronised.

    Parameters and running statistics are those of before, the same tensors. Batch norms of torch
    stay as they are.

    Parameters
    ----------
    model : Module
        It is changed in place, unless it is a `GroupBatchNorm` itself.
    process_group : ProcessGroup, optional
        The processes; all of them by default.

    Returns
    -------
    Module
        The same model, or the new batch norm.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> net = nn.Sequential(gt.LiftingConv(gk.p4, 1, 2, 3), gt.GroupBatchNorm(gk.p4, 2))
    >>> convert_sync_batchnorm(net)[1]
    GroupSyncBatchNorm(p4, 2, eps=1e-05, momentum=0.1, ..., regular)
    """
    done: dict[nn.Module, nn.Module] = {}

    def convert(module: nn.Module) -> nn.Module:
        if module in done:
            return done[module]
        done[module] = module
        if type(module) is GroupBatchNorm:
            new = GroupSyncBatchNorm.__new__(GroupSyncBatchNorm)
            new.__dict__.update(module.__dict__)
            new.process_group = process_group
            done[module] = new
        for name, child in module._modules.items():
            if child is not None:
                module._modules[name] = convert(child)
        return done[module]

    return convert(model)


class _Sum(torch.autograd.Function):
    """The sum over processes; its gradient is one, too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, group: dist.ProcessGroup | None) -> Tensor:
        ctx.group = group
        return _summed(x, group)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _summed(gradient, ctx.group), None


def _summed(x: Tensor, group: dist.ProcessGroup | None) -> Tensor:
    x = x.contiguous().clone()
    dist.all_reduce(x, group=group)
    return x
