"""What poolings over windows, or other finite domains of G, have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Bool, Inexact
from torch import Tensor

from groupkit import SplitGroup, Window
from groupkit.elements import Elements
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.domain import Domain
from groupkit_torch.feature_maps import axis_size, scalar_type
from groupkit_torch.geometry import SettingError, check_centre, per_axis, window_of
from groupkit_torch.pooling.pool_domain import PoolDomain
from groupkit_torch.pooling.sliding_window import reduce_domains, reduce_windows
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampler import Sampler


class WindowPool(Guarded):
    """A pooling: what each output reads, a stride, a feature type and a mask.

    Parameters
    ----------
    group, kernel_size, stride, padding, dilation, domain, feature_type, exact
        As in `GroupMaxPool`.
    counts : bool
        Whether it matters how often a point is read, as it does for a mean.
    """

    def __init__(
        self,
        group: SplitGroup,
        kernel_size: int | Sequence[int] | Window | None,
        stride: int | Sequence[int] | None,
        padding: int | Sequence[int],
        dilation: int | Sequence[int],
        domain: Elements | None,
        feature_type: FeatureType | TypeLike,
        exact: str,
        *,
        counts: bool,
    ) -> None:
        super().__init__()
        self.window = window_of(group, 1 if kernel_size is None else kernel_size)
        self.group, self.elements, dimension = group, domain, group.dimension
        if counts:
            self.feature_type = FeatureType.of(group.stabilizer, feature_type)
        else:
            self.feature_type = scalar_type(group.stabilizer, feature_type, type(self).__name__)
        self.dilation = per_axis("dilation", dilation, dimension, least=1)
        pooled = _pool_domain(group, kernel_size, self.dilation, domain, self.feature_type, counts)
        if pooled is not None:
            self.window = pooled.window
        self.kernel_size = self.window.box
        stride = self.window.box if stride is None else stride
        self.stride = per_axis("stride", stride, dimension, least=1)
        self.padding = per_axis("padding", padding, dimension, least=0)
        check_centre(self.window, self.dilation)
        for p, k in zip(self.padding, self.window.box, strict=True):
            if 2 * p > k:
                raise WindowError(
                    f"padding={self.padding} is more than half of the window {self.window.box}, "
                    "so windows of padding alone would be pooled; pad less",
                    witness=self.padding,
                )
        self._size = axis_size(self.feature_type)
        self._points = tuple(self._in_box(point) for point in self.window.points.tolist())
        self._reads: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...] | None = None
        if pooled is not None and not pooled.is_window:
            reads = tuple(
                tuple((coset, self._in_box(point)) for coset, point in part)
                for part in pooled.reads
            )
            if self.feature_type.has_axis:
                self._reads = reads
            else:
                self._points = tuple(point for _, point in reads[0])
        self._n_reads = len(self._points if self._reads is None else self._reads[0])
        self._fills_box = self._reads is None and self._n_reads == math.prod(self.window.box)
        self.domain = Domain.of(group.stabilizer)
        if pooled is None:
            kernel = Kernel.of_window(self.window, self.stride, self.dilation)
        else:
            kernel = Kernel.of_domain(self.window, pooled.labels, self.stride)
        resizable = domain is None and not isinstance(kernel_size, Window)
        self._set_guard(Sampler(group, kernel, self.padding, resizable, 0.5), exact)

    def _in_box(self, point: Sequence[int]) -> tuple[int, ...]:
        return tuple(int(x) - low for x, low in zip(point, self.window.corner, strict=True))

    def _slide(
        self, x: Inexact[Tensor, "*map"], reduce: Callable[[Tensor, Tensor], Tensor], fill: float
    ) -> Inexact[Tensor, "*out_map"]:
        """Return a reduction of all that each output reads."""
        if self._reads is None:
            points, steps = self._points, (self.stride, self.padding, self.dilation)
            return reduce_windows(x, points, *steps, reduce, fill)
        box, stride, padding = self.kernel_size, self.stride, self.padding
        return reduce_domains(x, self._reads, box, stride, padding, reduce, fill)

    def _by_torch(
        self, pool: Callable[..., Tensor], x: Inexact[Tensor, "*map"], *settings: Any
    ) -> Inexact[Tensor, "*out_map"]:
        """Apply a pooling of torch, which knows channels and lattice axes alone."""
        size = self._size
        if size is None:
            return pool(x, *settings)
        return torch.unflatten(pool(x.flatten(1, 2), *settings), 1, (x.size(1), size))

    def _inside(self, x: Inexact[Tensor, "*map"]) -> Bool[Tensor, "*inside"]:
        """Return where a map holds features, as `_slide` takes it."""
        mask = self.domain.inside_of(x)
        return mask if self._reads is None else mask.expand(len(self._reads), *mask.shape)

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        parts = [self.group.name, f"kernel_size={self.kernel_size}"]
        if self.elements is not None:
            parts[1] = f"domain of {self.elements.index.size} elements"
        elif not self._fills_box:
            parts.append(f"window of {len(self.window)} points")
        parts.append(f"stride={self.stride}")
        if any(self.padding):
            parts.append(f"padding={self.padding}")
        if any(step != 1 for step in self.dilation):
            parts.append(f"dilation={self.dilation}")
        return ", ".join([*parts, str(self.feature_type)])


def _pool_domain(
    group: SplitGroup,
    kernel_size: object,
    dilation: tuple[int, ...],
    domain: Elements | None,
    feature_type: FeatureType,
    counts: bool,
) -> PoolDomain | None:
    """Return the domain, if that is what is given, after checking that it is given alone."""
    if (kernel_size is None) == (domain is None):
        raise SettingError(
            "a pooling reads a window of the lattice or a domain of G; give either kernel_size or "
            "domain",
            witness=(kernel_size, domain),
        )
    if domain is None:
        return None
    if any(step != 1 for step in dilation):
        raise SettingError(
            f"dilation={dilation} does not apply to a domain; give the elements that are meant",
            witness=dilation,
        )
    return PoolDomain(group, domain, feature_type, counts)
