"""Layers that are exactly equivariant under any group declared with groupkit, for PyTorch."""

from groupkit.errors import MissingExtraError as _MissingExtraError

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError as error:
    raise _MissingExtraError(
        f"groupkit_torch needs {error.name}, which is not installed; install a build of torch for "
        'your machine, or run pip install "groupkit[torch]"',
        witness=error.name,
    ) from error

from groupkit_torch import analysis, fourier, functional, models, testing
from groupkit_torch.action import act
from groupkit_torch.augment import RandomTransform
from groupkit_torch.convolutions.conv import GroupConv, LiftingConv
from groupkit_torch.convolutions.conv_transpose import GroupConvTranspose
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.dropout import GroupDropout
from groupkit_torch.export.plain import to_plain
from groupkit_torch.export.plain_layers import PlainError
from groupkit_torch.feature_maps import DtypeError
from groupkit_torch.freezing import FrozenError, freeze, unfreeze
from groupkit_torch.images.hexagonal import OffsetLayout
from groupkit_torch.images.resample import Resampling
from groupkit_torch.layers import layers
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.norms.pointwise_norm import GroupLayerNorm, GroupRMSNorm
from groupkit_torch.norms.sample_norm import GroupGroupNorm, GroupInstanceNorm
from groupkit_torch.norms.sync_batch_norm import GroupSyncBatchNorm, convert_sync_batchnorm
from groupkit_torch.pooling.adaptive_pool import GroupAdaptiveAvgPool
from groupkit_torch.pooling.blur_pool import GroupBlurPool
from groupkit_torch.pooling.coset_pool import CosetPool
from groupkit_torch.pooling.global_pool import GlobalPool
from groupkit_torch.pooling.pooling import GroupAvgPool, GroupMaxPool
from groupkit_torch.provenance import OtherGroupError
from groupkit_torch.restricting.restrict import restrict
from groupkit_torch.restricting.restriction import induce, restrict_map
from groupkit_torch.sampling.guard import EquivarianceWarning, InexactError, set_exact
from groupkit_torch.symmetrize import Symmetrize
from groupkit_torch.symmetry import find_symmetry
from groupkit_torch.tracing.trace import trace_exactness
from groupkit_torch.upsample import GroupUpsample
from groupkit_torch.way_in import ForeignWeightsError, load_groupy, load_planar

__all__ = [
    "CosetPool",
    "DtypeError",
    "EquivarianceWarning",
    "ForeignWeightsError",
    "FrozenError",
    "GlobalPool",
    "GroupAdaptiveAvgPool",
    "GroupAvgPool",
    "GroupBatchNorm",
    "GroupBlurPool",
    "GroupConv",
    "GroupConvTranspose",
    "GroupDropout",
    "GroupGroupNorm",
    "GroupInstanceNorm",
    "GroupLayerNorm",
    "GroupLinear",
    "GroupMaxPool",
    "GroupRMSNorm",
    "GroupSyncBatchNorm",
    "GroupUpsample",
    "InexactError",
    "LiftingConv",
    "OffsetLayout",
    "OtherGroupError",
    "PlainError",
    "RandomTransform",
    "Resampling",
    "SeparableGroupConv",
    "Symmetrize",
    "act",
    "analysis",
    "convert_sync_batchnorm",
    "find_symmetry",
    "fourier",
    "freeze",
    "functional",
    "induce",
    "layers",
    "load_groupy",
    "load_planar",
    "models",
    "restrict",
    "restrict_map",
    "set_exact",
    "testing",
    "to_plain",
    "trace_exactness",
    "unfreeze",
]
