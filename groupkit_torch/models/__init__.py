"""The networks of the papers on group convolutions, by name, for any group and width."""

from groupkit_torch.models.p4cnn import P4CNN, Z2CNN, P4CNNRotationPooling

__all__ = [
    "P4CNN",
    "Z2CNN",
    "P4CNNRotationPooling",
]
