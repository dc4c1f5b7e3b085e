"""Pictures of the demo's networks: a trained feature map, and filters; training takes seconds."""

from collections.abc import Iterator

import torch
from matplotlib.figure import Figure

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.demo import data
from groupkit_torch.demo.command import EPOCHS
from groupkit_torch.demo.pictures import lifting_filters, motion
from groupkit_torch.demo.training import compete


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield a digit's feature map, upright and turned, and filters of p3m1."""
    digits = data.load(0, data.N_TRAIN)
    net, _ = compete("p4", digits, EPOCHS, 0)
    image = digits.test_images[int((digits.test_labels == 7).nonzero()[0])]
    yield "feature_map_rotation.png", motion(net[:6], gk.p4, image, 1)

    torch.manual_seed(0)
    lift = gt.layers(gk.catalog["p3m1"]).LiftingConv(1, 4, 5)
    yield "filters_p3m1.png", lifting_filters(lift, "p3m1")
