r"""One layer of ours as modules of torch alone.

Convolutions with the expanded bank are torch's own convolutions, on channels that hold the pairs
(c, s). Everything else is traced by `torch.export`: a graph of torch's operations, for any batch
and any size that the layer takes.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import torch
from torch import Tensor, fx, nn

from groupkit.errors import GroupkitError
from groupkit.feature_type import FeatureType
from groupkit_torch.convolutions.conv import GroupConv
from groupkit_torch.convolutions.linear import GroupLinear
from groupkit_torch.convolutions.separable import SeparableGroupConv
from groupkit_torch.domain import Domain
from groupkit_torch.export.joining import APART, TOGETHER
from groupkit_torch.freezing import Freezable, freeze
from groupkit_torch.images.resample import Resampling
from groupkit_torch.norms.batch_norm import GroupBatchNorm
from groupkit_torch.pooling.pooling import GroupMaxPool
from groupkit_torch.sampling.guard import guards_silent

_CONVOLUTIONS: Final = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
_MAXIMA: Final = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
_NORMS: Final = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_HARMLESS: Final = {"__init__", "extra_repr", "reset_parameters"}
_SIDES: Final = (9, 11, 13, 8, 10, 12, 17, 16, 33, 32, 5, 7)


class PlainError(GroupkitError, RuntimeError):
    """A model cannot be written in torch's operations alone, or would compute something else."""

    law = "a plain model computes what the model computes"


def plain_layer(layer: nn.Module, example: Tensor | None = None) -> nn.Module:
    """Return a layer in evaluation mode as modules of torch alone.

    Parameters
    ----------
    layer : Module
        Of groupkit_torch, in evaluation mode.
    example : Tensor, optional
        An input that the layer takes; by default one of its declared type.

    Raises
    ------
    PlainError
        If there is no telling what the layer takes, or it cannot be traced.
    """
    own = not _computes_otherwise(layer)
    if own and isinstance(layer, GroupConv):
        return _convolution(layer)
    if own and isinstance(layer, GroupLinear):
        return _linear(layer)
    if own and isinstance(layer, GroupBatchNorm) and layer.running_mean is not None:
        rank = layer._dimension + int(layer.feature_type.has_axis)
        if rank in _NORMS:
            return _batch_norm(layer, _NORMS[rank])
    if own and isinstance(layer, GroupMaxPool) and layer.domain.is_whole and layer._fills_box:
        return _max_pool(layer)
    if own and isinstance(layer, nn.ReLU):
        return nn.ReLU(layer.inplace)
    return _traced(layer, an_input(layer) if example is None else example)


def an_input(layer: nn.Module) -> Tensor:
    """Return an input of the type that a layer declares.

    Raises
    ------
    PlainError
        If the layer declares none, or takes no array of the sizes that are tried.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> an_input(gt.GroupMaxPool(gk.p4, 2)).shape
    torch.Size([2, 2, 4, 9, 9])
    """
    for x in inputs_to_try(layer):
        if call(layer, x) is not None:
            return x
    raise PlainError(
        f"there is no telling what {type(layer).__name__} takes; give an input of the model, "
        "gt.to_plain(model, x)",
        witness=layer,
    )


def inputs_to_try(layer: nn.Module) -> Iterator[Tensor]:
    """Yield inputs of the type that a layer declares, of several sizes.

    Parameters
    ----------
    layer : Module
        Of groupkit_torch.
    """
    group = getattr(layer, "group", None)
    kind = getattr(layer, "input_type", getattr(layer, "feature_type", None))
    channels = getattr(layer, "in_channels", getattr(layer, "num_features", None))
    channels = channels or getattr(layer, "num_channels", None)
    tensors = [*layer.parameters(), *layer.buffers()]
    like = next((t for t in tensors if t.is_floating_point()), torch.empty(0))
    shapes: list[tuple[int, ...]] = []
    if isinstance(kind, FeatureType) and group is not None:
        axis = (kind.size,) if kind.has_axis else ()
        fields = 1 if kind.field is None else kind.field.size
        shapes = [(2, channels or 2 * fields, *axis, *[side] * group.dimension) for side in _SIDES]
    elif isinstance(layer, Resampling):
        shapes = [(2, 2, *layer.image_shape)]
    for shape in shapes:
        yield torch.randn(shape, dtype=like.dtype, device=like.device)


def call(layer: nn.Module, x: Tensor) -> Tensor | None:
    """Return the output of a layer, None where it refuses the input."""
    try:
        with torch.no_grad(), guards_silent():
            y: Tensor = layer(x)
    except (GroupkitError, ValueError, RuntimeError):
        return None
    return y


def _convolution(layer: GroupConv) -> nn.Module:
    d = len(layer.stride)
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    rows = layer.out_channels * (layer._output_size or 1)
    columns = layer.in_channels * (layer._input_size or 1)
    if layer._input_size is not None:
        parts[TOGETHER] = nn.Flatten(1, 2)
    if not (layer.domain.is_whole or layer._on_torus):
        parts["inside"] = copy.deepcopy(_inside(layer.domain, d + 2))
    settings: dict[str, Any] = {
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "padding_mode": layer.padding_mode,
    }
    bias = layer.expanded_bias()
    if isinstance(layer, SeparableGroupConv) and layer._holds_factors and layer.share == "gc":
        pointwise, spatial = layer._expanded_factors()
        parts["pointwise"] = _conv(d, pointwise, None, columns, groups=layer.groups)
        parts["conv"] = _conv(d, spatial, bias, rows, groups=rows, **settings)
    else:
        bank = layer.expanded_weight()
        parts["conv"] = _conv(d, bank, bias, columns, groups=layer.groups, **settings)
    if layer._output_size is not None:
        parts[APART] = nn.Unflatten(1, (layer.out_channels, layer._output_size))
    return nn.Sequential(parts).eval()


def _conv(
    d: int, bank: Tensor, bias: Tensor | None, columns: int, groups: int, **settings: Any
) -> nn.Module:
    made = _CONVOLUTIONS[d](
        columns,
        len(bank),
        tuple(bank.shape[2:]),  # type: ignore[arg-type]
        groups=groups,
        bias=bias is not None,
        device="meta",
        **settings,
    )
    made.weight = _parameter(bank)
    made.bias = None if bias is None else _parameter(bias)
    return made


def _linear(layer: GroupLinear) -> nn.Module:
    """Return a layer for any number of lattice axes: `torch.nn.Linear` on the last axis."""
    matrix = layer.expanded_weight().flatten(1)
    bias = layer.expanded_bias()
    linear = nn.Linear(matrix.shape[1], matrix.shape[0], bias is not None, device="meta")
    linear.weight = _parameter(matrix)
    linear.bias = None if bias is None else _parameter(bias)  # type: ignore[assignment]
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    if layer._input_size is not None:
        parts[TOGETHER] = nn.Flatten(1, 2)
    parts["channels_last"] = _graph(_ChannelsLast())
    parts["linear"] = linear
    parts["channels_first"] = _graph(_ChannelsFirst())
    if layer._output_size is not None:
        parts[APART] = nn.Unflatten(1, (layer.out_channels, layer._output_size))
    return nn.Sequential(parts).eval()


def _batch_norm(layer: GroupBatchNorm, kind: type[nn.Module]) -> nn.Module:
    """Return torch's own: in evaluation each channel is an affine map, outside as inside."""
    settings = (layer.num_features, layer.eps, layer.momentum, layer.affine)
    made = kind(*settings, track_running_stats=True)
    tensors = {**layer._parameters, **layer._buffers}
    for name, tensor in tensors.items():
        if tensor is not None:
            new = tensor.detach().clone()
            setattr(made, name, nn.Parameter(new) if name in layer._parameters else new)
    return made.eval()


def _max_pool(layer: GroupMaxPool) -> nn.Module:
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    if layer._size is not None:
        parts[TOGETHER] = nn.Flatten(1, 2)
    settings = layer.kernel_size, layer.stride, layer.padding, layer.dilation
    parts["pool"] = _MAXIMA[len(layer.stride)](*settings)
    if layer._size is not None:
        parts[APART] = nn.Unflatten(1, (-1, layer._size))
    return nn.Sequential(parts).eval()


def _parameter(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor.detach().clone())


@lru_cache(maxsize=64)
def _inside(domain: Domain, rank: int) -> nn.Module:
    return _traced(
        _Inside(domain),
        torch.zeros(
            *[2] * (rank - domain.stabilizer.dimension), *[9] * domain.stabilizer.dimension
        ),
    )


class _Inside(nn.Module):
    """Fill the outside of the stable window with zeros."""

    def __init__(self, domain: Domain) -> None:
        super().__init__()
        self.domain = domain

    def forward(self, x: Tensor) -> Tensor:
        return self.domain.fill(x)


class _ChannelsLast(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.movedim(1, -1)


class _ChannelsFirst(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.movedim(-1, 1)


def _graph(module: nn.Module) -> nn.Module:
    """Return the graph of a module, without annotations: as strings they cannot be pickled."""
    made = fx.symbolic_trace(module)
    for node in made.graph.nodes:
        node.type = None
    made.recompile()
    return made


def _traced(layer: nn.Module, example: Tensor) -> nn.Module:
    """Return a layer as a graph of torch's operations, for any batch and size it takes."""
    kind = getattr(layer, "input_type", getattr(layer, "feature_type", None))
    fixed = {2} if isinstance(kind, FeatureType) and kind.has_axis else set()
    example = _without_ones(layer, example)
    shape = {i: torch.export.Dim.AUTO for i in range(example.dim()) if i not in fixed}
    if any(isinstance(module, Freezable) for module in layer.modules()):
        layer = freeze(copy.deepcopy(layer))
    try:
        with torch.no_grad(), guards_silent():
            program = torch.export.export(
                layer,
                (example,),
                dynamic_shapes=(shape,),
                prefer_deferred_runtime_asserts_over_guards=True,
            )
    except Exception as error:
        raise PlainError(
            f"{type(layer).__name__} cannot be traced by torch.export: {error}; see what it is "
            "given, or report it",
            witness=layer,
        ) from error
    return _cleaned(program.module(check_guards=False), type(layer).__name__, example.dtype)


def _without_ones(layer: nn.Module, example: Tensor) -> Tensor:
    """Return an input whose batch, free channels and sides are not 1: tracing fixes ones."""
    group = getattr(layer, "group", None)
    first = example.dim() - (0 if group is None else group.dimension)
    for axes in ((0,), (1,), tuple(range(first, example.dim()))):
        repeats = [3 if i in axes and n == 1 else 1 for i, n in enumerate(example.shape)]
        if max(repeats) > 1:
            wider = example.repeat(repeats)
            example = wider if call(layer, wider) is not None else example
    return example


def _cleaned(module: Any, name: str, dtype: torch.dtype) -> nn.Module:
    """Return a traced module as a plain graph: without pytrees and guards of its example."""
    graph = module.graph
    x = next(node for node in graph.nodes if node.op == "placeholder")
    for node in reversed(list(graph.nodes)):
        guards = node.op == "call_module"
        checks = node.target is torch.ops.aten._assert_scalar.default and not _is_parity(node)
        kinds = node.target is torch.ops.aten._assert_tensor_metadata.default
        if (guards or checks or kinds) and not node.users:
            graph.erase_node(node)
            continue
        _follow_dtype(node, x, dtype)
        if "device" in node.kwargs:  # that of the input, wherever the module is moved
            with graph.inserting_before(node):
                device = graph.call_function(getattr, (x, "device"))
            node.kwargs = {**node.kwargs, "device": device}
        node.meta = {}
    output = next(node for node in graph.nodes if node.op == "output")
    (value,) = output.args
    while isinstance(value, list | tuple):
        (value,) = value
    output.args = (value,)
    graph._tracer_cls = None  # that of export, which cannot read a pickled module
    graph.set_codegen(fx.graph.CodeGen())
    graph.eliminate_dead_code()
    graph.lint()
    made = fx.GraphModule(module, graph, class_name=name)
    made.meta = {}
    for parameter in made.parameters():
        parameter.requires_grad_(True)
    return made.eval()


def _follow_dtype(node: fx.Node, x: fx.Node, dtype: torch.dtype) -> None:
    """Let a node that names the dtype of the example name that of its input instead."""
    if not any(value is dtype for value in (*node.args, *node.kwargs.values())):
        return
    with node.graph.inserting_before(node):
        own: Any = node.graph.call_function(getattr, (x, "dtype"))
    node.args = tuple(own if value is dtype else value for value in node.args)
    node.kwargs = {k: own if value is dtype else value for k, value in node.kwargs.items()}


def _is_parity(node: fx.Node) -> bool:
    """Return whether a check is that an array has a centre, the one that any size must pass."""
    return "Mod(" in str(node.args[1]) and "Mod(1," not in str(node.args[1])


def equal(ours: Tensor, plain: Tensor) -> bool:
    """Return whether two outputs agree to rounding."""
    if ours.shape != plain.shape or ours.dtype != plain.dtype:
        return False
    if not (ours.is_floating_point() or ours.is_complex()):
        return torch.equal(ours, plain)
    finite = ours[ours.isfinite()].abs()
    scale = finite.max().item() if finite.numel() else 0.0
    tolerance = 30 * torch.finfo(ours.dtype).eps ** 0.75
    return torch.allclose(ours, plain, rtol=0.0, atol=tolerance * scale, equal_nan=True)


def has_filters(layer: nn.Module) -> bool:
    """Return whether a layer becomes one that a batch norm may be folded into."""
    return isinstance(layer, GroupConv) and not _computes_otherwise(layer)


def _computes_otherwise(layer: nn.Module) -> bool:
    """Return whether a class derived from one of ours, or the layer itself, has methods of its own.

    Then the settings of the layer do not say what it computes, and it is traced instead.
    """
    if "forward" in vars(layer):
        return True
    for kind in type(layer).__mro__:
        package = kind.__module__.split(".")[0]
        if package == "groupkit_torch":
            return False
        own = {name for name, value in vars(kind).items() if callable(value)}
        if package != "torch" and own - _HARMLESS:  # torch's: of parametrizations, of shards
            return True
    return True
