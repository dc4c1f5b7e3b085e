"""How far the output of each layer of a model is from moving as its input does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.action import stable_mask
from groupkit.errors import WindowError
from groupkit.feature_type import FeatureType
from groupkit_torch.action import act
from groupkit_torch.measuring.equivariance_report import relative_error

Call = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class LayerErrors:
    """The errors of one call of one layer, for each element of S.

    Parameters
    ----------
    name : str
        The layer's name in the model, and its class.
    size : tuple of int
        The lattice axes of its output; empty if it has none.
    kind : str
        What its output was taken for: the type under which it fits best.
    errors : tuple of float or None
        Relative errors, one an element; None where no type fits its shape.
    """

    name: str
    size: tuple[int, ...]
    kind: str
    errors: tuple[float, ...] | None


def layer_errors(
    module: nn.Module,
    call: Call,
    group: SplitGroup,
    x: Shaped[Tensor, "*map"],
    in_type: FeatureType,
    torus: bool = False,
) -> list[LayerErrors]:
    """Measure every call of a layer without children, in the order of the calls.

    The type of an output is not declared: of all types that fit its shape, the one under which
    it errs least is taken.

    Parameters
    ----------
    module : Module
        The model.
    call : callable
        Runs it on an input.
    group : SplitGroup
        G.
    x : Tensor
        An input of the declared type.
    in_type : FeatureType
        What the input is a function on.
    torus : bool
        Whether S acts about index 0 of periodic arrays.

    Examples
    --------
    >>> import groupkit as gk
    >>> net = nn.Sequential(nn.ReLU(), nn.Conv2d(1, 1, 3))
    >>> found = layer_errors(net, net, gk.p2, torch.rand(1, 1, 5, 5), gk.p2.feature_type("planar"))
    >>> [(layer.name, layer.errors[1] < 1e-5) for layer in found]
    [('0 (ReLU)', True), ('1 (Conv2d)', False)]
    """
    stabilizer = group.stabilizer
    with _recorded(module) as record:
        call(x)
        plain, runs = list(record), []
        for s in stabilizer:
            record.clear()
            call(act(x, group, s, in_type, torus=torus))
            runs.append(list(record))
    types = _types(module, group)
    found = []
    for number, (name, y) in enumerate(plain):
        moved = [run[number][1] if number < len(run) else None for run in runs]
        best = min(
            (_errors(group, y, moved, kind, torus) for kind in _fitting(y, types, group)),
            key=lambda item: max(item[2]),
            default=None,
        )
        if best is None:
            found.append(LayerErrors(name, (), "of no type that fits", None))
        else:
            found.append(LayerErrors(name, best[0], best[1], best[2]))
    return found


def first_broken(found: Sequence[LayerErrors], allowed: float) -> LayerErrors | None:
    """Return the first layer that errs by more than allowed, None if none does."""
    return next((f for f in found if f.errors is not None and not max(f.errors) <= allowed), None)


@contextmanager
def _recorded(module: nn.Module) -> Iterator[list[tuple[str, Tensor]]]:
    """Record names and outputs of all modules without children."""
    record: list[tuple[str, Tensor]] = []

    def hook_for(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(layer: nn.Module, _: object, output: object) -> None:
            if isinstance(output, Tensor):
                shown = f"{name} ({type(layer).__name__})" if name else type(layer).__name__
                record.append((shown, output.detach().clone()))

        return hook

    handles = [
        layer.register_forward_hook(hook_for(name))
        for name, layer in module.named_modules()
        if not any(True for _ in layer.children())
    ]
    try:
        yield record
    finally:
        for handle in handles:
            handle.remove()


def _types(module: nn.Module, group: SplitGroup) -> list[FeatureType]:
    """Return the types that occur in a model."""
    types = [group.feature_type("planar"), group.feature_type("regular")]
    for layer in module.modules():
        for name in ("input_type", "output_type", "feature_type"):
            kind = getattr(layer, name, None)
            if isinstance(kind, FeatureType) and kind.stabilizer == group.stabilizer:
                types.append(kind)
    return list(dict.fromkeys(types))


def _fitting(
    y: Tensor, types: list[FeatureType], group: SplitGroup
) -> Iterator[FeatureType | None]:
    """Yield the types that the shape of an output allows; None is for invariants."""
    axes = y.dim() - group.dimension - 2
    if axes < 0:
        yield None
    for kind in types:
        channels = 1 if kind.field is None else kind.field.size
        whole = y.dim() > 1 and not y.shape[1] % channels
        if whole and axes == kind.has_axis and (not kind.has_axis or y.shape[2] == kind.size):
            yield kind


def _errors(
    group: SplitGroup,
    y: Tensor,
    moved: list[Tensor | None],
    kind: FeatureType | None,
    torus: bool,
) -> tuple[tuple[int, ...], str, tuple[float, ...]]:
    if kind is None:
        errors = [float("inf") if gy is None else relative_error(gy, y, y) for gy in moved]
        return (), "invariant", tuple(errors)
    space = tuple(y.shape[-group.dimension :])
    found = []
    for s, gy in enumerate(moved):
        try:
            mask = None if torus else stable_mask(group.stabilizer, space)
            expected = act(y, group, s, kind, torus=torus)
        except WindowError:  # no centre that S allows
            found.append(0.0 if s == group.stabilizer.identity else float("inf"))
            continue
        if gy is None or gy.shape != expected.shape:
            found.append(float("inf"))
        elif mask is None:
            found.append(relative_error(gy, expected, y))
        else:
            inside = torch.tensor(mask, device=y.device)
            found.append(relative_error(gy[..., inside], expected[..., inside], y[..., inside]))
    return space, str(kind), tuple(found)
