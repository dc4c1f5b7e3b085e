"""Test errors that the papers report, for the tables of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Published:
    """Test errors in percent, and where they stand.

    Parameters
    ----------
    error : float
    deviation : float or None
        Over seeds, where it is given.
    paper : str
    """

    error: float
    deviation: float | None
    paper: str

    def __str__(self) -> str:
        spread = "" if self.deviation is None else f" ± {self.deviation:.2f}"
        return f"{self.error:.2f}{spread} ({self.paper})"


_COHEN: Final = "Cohen & Welling 2016"
_AUTHORS: Final = "Cohen & Welling, tscohen/gconv_experiments"
_LENGYEL: Final = "Lengyel & van Gemert 2021"

ROTATED_MNIST: Final[dict[str, tuple[Published, ...]]] = {
    "Z2CNN": (Published(5.03, None, _COHEN),),
    "Z2CNN without dropout": (Published(5.20, 0.11, _LENGYEL),),
    "P4CNN": (Published(2.28, None, _COHEN), Published(2.23, 0.06, _LENGYEL)),
    "P4CNNRotationPooling": (Published(3.21, None, _COHEN),),
    "g-P4CNN": (Published(1.97, 0.04, _LENGYEL),),
    "gc-P4CNN": (Published(1.74, 0.07, _LENGYEL),),
    "g-P4CNN, width 10": (Published(2.60, 0.10, _LENGYEL),),
    "gc-P4CNN, width 10": (Published(2.88, 0.17, _LENGYEL),),
    "c-Z2CNN": (Published(4.64, 0.13, _LENGYEL),),
}
"""Networks on the published rotated MNIST, 12,000 images to train and 50,000 to test with.

Lengyel & van Gemert write Z2CNN, and their program has none of its dropout.
"""

CIFAR10: Final[dict[str, tuple[Published, ...]]] = {
    "All-CNN-C": (Published(9.44, None, _COHEN),),
    "p4-All-CNN-C": (Published(8.84, None, _COHEN),),
    "p4m-All-CNN-C": (Published(7.59, None, _COHEN),),
    "ResNet44": (Published(9.45, None, _COHEN), Published(13.10, None, _LENGYEL)),
    "p4m-ResNet44": (Published(6.46, None, _COHEN), Published(8.06, None, _LENGYEL)),
    "g-p4m-ResNet44": (Published(7.60, None, _LENGYEL),),
    "gc-p4m-ResNet44": (Published(6.72, None, _LENGYEL),),
    "WideResNet26": (Published(8.95, None, _AUTHORS),),
    "p4m-WideResNet26": (Published(5.74, None, _AUTHORS),),
    "All-CNN-C, with flips-and-shifts": (Published(8.86, None, _COHEN),),
    "p4-All-CNN-C, with flips-and-shifts": (Published(7.67, None, _COHEN),),
    "p4m-All-CNN-C, with flips-and-shifts": (Published(7.04, None, _COHEN),),
    "ResNet44, with flips-and-shifts": (
        Published(5.61, None, _COHEN),
        Published(7.66, None, _LENGYEL),
    ),
    "p4m-ResNet44, with flips-and-shifts": (
        Published(4.94, None, _COHEN),
        Published(5.78, None, _LENGYEL),
    ),
    "g-p4m-ResNet44, with flips-and-shifts": (Published(6.09, None, _LENGYEL),),
    "gc-p4m-ResNet44, with flips-and-shifts": (Published(5.43, None, _LENGYEL),),
    "WideResNet26, with flips-and-shifts": (Published(5.27, None, _COHEN),),
    "p4m-WideResNet26, with flips-and-shifts": (Published(4.19, None, _COHEN),),
}
"""Networks on CIFAR-10, and CIFAR10+ with mirror images and shifts.

The paper gives the wide networks' errors on CIFAR10+ alone; its authors' program, both.
"""
