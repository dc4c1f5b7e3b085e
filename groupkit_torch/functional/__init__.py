"""Pure functions of tensors and index arrays: layers are made of these."""

from groupkit_torch.functional.banks import (
    carry_on_columns,
    carry_on_rows,
    expand_filters,
    flat_positions,
    take_filters,
)
from groupkit_torch.functional.convolution import convolution, correlate, involution
from groupkit_torch.functional.correlation import (
    convolve,
    convolve_transpose,
    group_conv,
    spread,
)
from groupkit_torch.functional.maps import act, fill_outside, pointwise

__all__ = [
    "act",
    "carry_on_columns",
    "carry_on_rows",
    "convolution",
    "convolve",
    "convolve_transpose",
    "correlate",
    "expand_filters",
    "fill_outside",
    "flat_positions",
    "group_conv",
    "involution",
    "pointwise",
    "spread",
    "take_filters",
]
