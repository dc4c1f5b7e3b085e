"""The networks of the papers on group convolutions, by name, for any group and width."""

from groupkit_torch.models.allcnn import AllCNNC
from groupkit_torch.models.counting import multiply_adds, n_parameters
from groupkit_torch.models.densenet import DenseNet
from groupkit_torch.models.hexagonal import HexagonalResNet
from groupkit_torch.models.p4cnn import P4CNN, Z2CNN, P4CNNRotationPooling
from groupkit_torch.models.resnet import ResNet, ResNet44
from groupkit_torch.models.unet import UNet
from groupkit_torch.models.volume import VolumeNet
from groupkit_torch.models.wide_resnet import WideResNet26
from groupkit_torch.models.widths import equal_compute, equal_parameters

__all__ = [
    "P4CNN",
    "Z2CNN",
    "AllCNNC",
    "DenseNet",
    "HexagonalResNet",
    "P4CNNRotationPooling",
    "ResNet",
    "ResNet44",
    "UNet",
    "VolumeNet",
    "WideResNet26",
    "equal_compute",
    "equal_parameters",
    "multiply_adds",
    "n_parameters",
]
