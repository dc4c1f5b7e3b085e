"""A feature map of the demo's network; training takes some ten seconds."""

from collections.abc import Iterator

from matplotlib.figure import Figure

import groupkit as gk
from groupkit_torch.demo import data
from groupkit_torch.demo.command import EPOCHS
from groupkit_torch.demo.pictures import motion
from groupkit_torch.demo.training import compete


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield a feature map of a digit, upright and turned."""
    digits = data.load(0, data.N_TRAIN)
    net, _ = compete("p4", digits, EPOCHS, 0)
    image = digits.test_images[int((digits.test_labels == 7).nonzero()[0])]
    yield "feature_map_rotation.png", motion(net[:6], gk.p4, image, 1)
