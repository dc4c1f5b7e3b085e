r"""What all sliding layers with filters share: stride, dilation, padding, and the guard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from groupkit import SplitGroup, Window
from groupkit.feature_type import FeatureType, TypeLike
from groupkit.filter_bank import FilterBank
from groupkit_torch.convolutions.filters import Filters
from groupkit_torch.domain import Domain
from groupkit_torch.geometry import Sides, check_centre, per_axis, window_of
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampler import Sampler


class FilterLayer(Filters, Guarded):
    """A layer that slides its filters over a map, and knows what that does to its symmetry."""

    def __init__(
        self,
        group: SplitGroup,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int] | Window,
        stride: int | Sequence[int],
        dilation: int | Sequence[int],
        groups: int,
        input_type: FeatureType | TypeLike,
        output_type: FeatureType | TypeLike,
        *,
        adjoint: bool = False,
    ) -> None:
        window = window_of(group, kernel_size)
        super().__init__(
            group,
            in_channels,
            out_channels,
            window,
            groups,
            input_type,
            output_type,
            adjoint=adjoint,
        )
        self.kernel_size = window.box
        self.stride = per_axis("stride", stride, group.dimension, least=1)
        self.dilation = per_axis("dilation", dilation, group.dimension, least=1)
        check_centre(window, self.dilation)
        self.domain = Domain.of(group.stabilizer)
        self._resizable = not isinstance(kernel_size, Window)

    def _set_sampling(
        self, padding: Sides, padding_mode: str, exact: str, output_padding: Sides | None = None
    ) -> None:
        self.padding, self.padding_mode = padding, padding_mode
        bank = self._turning_bank()
        kernel = _kernel(bank, self.stride, self.dilation, padding_mode)
        sampler = Sampler(
            self.group, kernel, padding, self._resizable, output_padding=output_padding
        )
        self._set_guard(sampler, exact)

    def _turning_bank(self) -> FilterBank:
        """Return the bank that says which points weigh alike."""
        return self.filter_bank

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as torch's layers show them."""
        dimension = len(self.stride)
        parts = [self.group.name, str(self.in_channels), str(self.out_channels)]
        parts.append(f"kernel_size={self.kernel_size}")
        if not self._fills_box:
            parts.append(f"window of {len(self.filter_bank.window)} points")
        for name, default in (("stride", 1), ("padding", 0), ("dilation", 1)):
            if getattr(self, name) != (default,) * dimension:
                parts.append(f"{name}={getattr(self, name)}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode!r}")
        return ", ".join([*parts, f"{self.input_type} -> {self.output_type}"])


_kernel = lru_cache(maxsize=256)(Kernel.of_filters)  # shared by the layers of a network
