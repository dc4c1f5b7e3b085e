"""Follow the symmetry of a map through a whole model: where is it lost, and at which sizes not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError, GroupkitError
from groupkit_torch.element_names import name_elements
from groupkit_torch.exactness import exactness_of
from groupkit_torch.guard import Guarded, guards_silent
from groupkit_torch.judge import POINTWISE, Track, judge, slide

_SILENT = ("size", "dim", "stride", "numel", "__len__", "is_floating_point", "__repr__", "__hash__")


@dataclass(frozen=True)
class TracedStep:
    """One layer or call that moves positions, or that could not be judged.

    Parameters
    ----------
    name : str
        The layer and its class, or the layer that called and the function.
    track : Track
        What is known of its output.
    judged : bool
        Whether positions decide what it does.
    """

    name: str
    track: Track
    judged: bool


@dataclass(frozen=True)
class ExactnessTrace:
    """The symmetry after each layer of a model, from the positions that they sample.

    Parameters
    ----------
    group : SplitGroup
        G.
    input_shape : tuple of int
        The shape of the input.
    steps : tuple of TracedStep
        In the order of the calls.
    final : Track or None
        What is known of the output; None if it does not come from the input.
    """

    group: SplitGroup
    input_shape: tuple[int, ...]
    steps: tuple[TracedStep, ...]
    final: Track | None
    _again: Callable[[tuple[int, ...]], ExactnessTrace] = field(repr=False)

    @property
    def kept(self) -> tuple[int, ...] | None:
        """The elements that the whole model keeps; None if some call could not be judged."""
        if self.final is None or self.final.kept is None:
            return None
        return tuple(sorted(self.final.kept))

    @property
    def first_loss(self) -> TracedStep | None:
        """The first step after which an element is lost; None if there is none."""
        full = self.group.stabilizer.order
        return next(
            (s for s in self.steps if s.track.kept is not None and len(s.track.kept) < full), None
        )

    @property
    def unjudged(self) -> tuple[str, ...]:
        """The calls that could not be judged."""
        return tuple(step.name for step in self.steps if not step.judged)

    def exact_sizes(self, limit: int) -> list[int]:
        """Return the sides up to a limit at which the model keeps all of S, by tracing each.

        Sizes that the model refuses are left out.
        """
        lead = self.input_shape[: len(self.input_shape) - self.group.dimension]
        found = []
        for n in range(1, limit + 1):
            try:
                kept = self._again((*lead, *(n,) * self.group.dimension)).kept
            except (GroupkitError, RuntimeError, ValueError):
                continue
            if kept is not None and len(kept) == self.group.stabilizer.order:
                found.append(n)
        return found

    def __str__(self) -> str:
        lines = [f"{'layer':<36} {'size':<9} {'input centre at':<16} keeps"]
        for step in self.steps:
            size = "×".join(map(str, step.track.size)) or "-"
            centre = ", ".join(map(str, step.track.centre)) or "-"
            if not step.judged:
                kept = "unknown: positions do not decide; find_symmetry can measure it"
            elif step.track.kept is None:
                kept = "unknown, as above"
            else:
                kept = name_elements(self.group, step.track.kept)
            lines.append(f"{step.name:<36} {size:<9} {centre:<16} {kept}")
        if self.first_loss is not None:
            lines.append(f"first lost at {self.first_loss.name}")
        return "\n".join(lines)


def trace_exactness(
    model: nn.Module, input_shape: Sequence[int], group: SplitGroup | None = None
) -> ExactnessTrace:
    """Run a model once and tell, call by call, which elements of S its sampling keeps.

    Layers of this package are judged by their `exactness`; calls of plain torch (convolutions,
    by whether their filters are symmetric, poolings, padding, slices, reductions, and all that
    acts on each position alike) are seen as they are made, in functions and between layers.
    Calls of any other kind are named as not judged. Only positions are judged: whether a plain
    layer treats the stabilizer axis well, `find_symmetry` measures.

    Parameters
    ----------
    model : Module
        Any torch model; it runs in evaluation mode, and is as before afterwards.
    input_shape : sequence of int
        [batch, channels, *space], or with a stabilizer axis.
    group : SplitGroup, optional
        G; by default that of the model's first layer that has one.

    Raises
    ------
    FeatureTypeError
        If no layer names a group, or the input has too few axes for its dimension.

    Notes
    -----
    What is kept is what every step keeps about the centres of its own arrays. That is enough;
    a later step may rarely hide what an earlier one broke, such as two slices that cut one
    point off each side.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import GroupConv, LiftingConv
    >>> net = nn.Sequential(LiftingConv(gk.p4, 1, 2, 3), GroupConv(gk.p4, 2, 2, 3, 2, 1))
    >>> trace = trace_exactness(net, (1, 1, 10, 10))
    >>> print(trace)
    layer                                size      input centre at  keeps
    0 (LiftingConv)                      8×8       7/2, 7/2         all 4 elements of p4
    1 (GroupConv)                        4×4       7/4, 7/4         only the identity of p4
    first lost at 1 (GroupConv)
    >>> trace.exact_sizes(12)
    [3, 5, 7, 9, 11]
    """
    if group is None:
        groups = [g for m in model.modules() if isinstance(g := getattr(m, "group", 0), SplitGroup)]
        if not groups:
            raise FeatureTypeError(
                "no layer of the model names a group; say which one to trace with group=...",
                witness=type(model).__name__,
            )
        group = groups[0]
    shape = tuple(int(n) for n in input_shape)
    d = group.dimension
    if not d + 2 <= len(shape) <= d + 3:
        raise FeatureTypeError(
            f"input_shape={shape} has {len(shape)} axes; maps of {group.name} have {d + 2}, or "
            f"{d + 3} with a stabilizer axis",
            witness=shape,
        )
    chosen = group
    parameter = next(model.parameters(), torch.zeros(()))
    x = torch.zeros(shape, dtype=parameter.dtype, device=parameter.device)
    mode = _Tracing(chosen)
    start = tuple(Fraction(n - 1, 2) for n in shape[-d:])
    mode.remember(x, Track(shape[-d:], frozenset(chosen.stabilizer), start))
    modes = [(m, m.training) for m in model.modules()]
    try:
        model.eval()
        with _hooked(model, mode), guards_silent(), torch.no_grad(), mode:
            y = model(x)
    finally:
        for module, training in modes:
            module.training = training
    return ExactnessTrace(
        chosen,
        shape,
        tuple(mode.steps),
        mode.track_of(y),
        lambda other: trace_exactness(model, other, chosen),
    )


class _Tracing(TorchFunctionMode):
    """Sees every call of torch, and keeps what is known of each tensor."""

    def __init__(self, group: SplitGroup) -> None:
        super().__init__()
        self.group, self.steps = group, list[TracedStep]()
        self.inside, self.names = 0, list[str]()  # layers of ours that are running; all that are
        self.points = set[str]()  # that S acts about, layer by layer
        self._known: dict[int, tuple[Tensor, Track]] = {}

    def remember(self, x: Tensor, track: Track) -> None:
        self._known[id(x)] = (x, track)  # the tensor stays alive, so that its id stays its own

    def track_of(self, x: object) -> Track | None:
        return self._known[id(x)][1] if id(x) in self._known else None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        name = getattr(func, "__name__", str(func))
        if self.inside:
            return out
        written = _written_in_part(name, args)
        if written is not None:
            self._overwrite(name, written)
            return out
        if name in _SILENT:
            return out
        tracks = [t for x in tree_leaves((args, kwargs)) if (t := self.track_of(x)) is not None]
        results = [x for x in tree_leaves(out) if isinstance(x, Tensor)]
        if tracks and results:
            self._judge(name, args, kwargs, tracks, results)
        return out

    def _overwrite(self, name: str, x: Tensor) -> None:
        """Forget what is known of a tensor of which some positions were written."""
        for tensor in (x, x._base):
            track = None if tensor is None else self.track_of(tensor)
            if tensor is not None and track is not None:
                lost = Track(track.size, None, ())
                self.remember(tensor, lost)
                where = self.names[-1] if self.names else "model"
                self.steps.append(TracedStep(f"{where}: {name}", lost, judged=False))

    def _judge(
        self, name: str, args: Any, kwargs: Any, tracks: list[Track], results: list[Tensor]
    ) -> None:
        name = {"boolean_dispatch": "max_pool", "fn": "max_pool"}.get(name, name)
        first = tracks[0]
        kept = frozenset(self.group.stabilizer)
        unknown = any(t.kept is None for t in tracks)
        for t in tracks:
            kept &= t.kept or frozenset()
        joined = Track(first.size, None if unknown else kept, first.centre)
        alike = all((t.size, t.centre) == (first.size, first.centre) for t in tracks)
        after = None
        if alike and not (name in POINTWISE and self._brings_positions(name, args, kwargs)):
            after = judge(self.group.stabilizer, name, args, kwargs, joined, results[0])
        judged = after is not None
        if after is None:
            d = self.group.dimension
            sides = tuple(results[0].shape[-d:]) if results[0].dim() >= d + 2 else ()
            after = Track(sides, None, ())
        for x in results:
            self.remember(x, after)
        if not judged or (name not in POINTWISE and after != joined):
            where = self.names[-1] if self.names else "model"
            self.steps.append(TracedStep(f"{where}: {name}", after, judged))

    def _brings_positions(self, name: str, args: Any, kwargs: Any) -> bool:
        """Return whether a tensor that does not come from the input varies over the lattice."""
        d = self.group.dimension
        return not name.endswith("_norm") and any(
            self.track_of(x) is None and any(n > 1 for n in x.shape[-d:])
            for x in tree_leaves((args, kwargs))
            if isinstance(x, Tensor)
        )


def _written_in_part(name: str, args: Any) -> Tensor | None:
    """Return the tensor of which a call writes some positions only, None for other calls."""
    x = args[0] if args and isinstance(args[0], Tensor) else None
    if x is None:
        return None
    in_place = name.endswith("_") and not name.endswith("__") and x._base is not None
    return x if name == "__setitem__" or in_place else None


@contextmanager
def _hooked(model: nn.Module, mode: _Tracing) -> Iterator[None]:
    """Let layers of ours be judged whole, and let calls know which layer makes them."""
    handles = []

    def before(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, _: object) -> None:
            mode.names.append(name)
            mode.inside += _ours(module)

        return hook

    def after(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, inputs: tuple[Any, ...], output: object) -> None:
            mode.names.pop()
            mode.inside -= _ours(module)
            if not _ours(module) or mode.inside or not isinstance(output, Tensor):
                return
            track = mode.track_of(inputs[0]) if inputs else None
            if track is None:
                return
            if isinstance(module, Guarded) and module._sampler.group.stabilizer != (
                mode.group.stabilizer
            ):
                track = Track(tuple(output.shape[-mode.group.dimension :]), None, ())
                mode.steps.append(TracedStep(name, track, judged=False))
            elif isinstance(module, Guarded):
                sampler = module._sampler
                found = exactness_of(sampler, track.size, advise=False)
                mode.points.add(found.about)
                kept = frozenset(found.elements)
                track = slide(track, sampler.kernel, sampler.place, sampler.padding, kept)
                alike = len(mode.points) == 1
                if not alike:  # two layers that keep S about different points keep less together
                    track = Track(track.size, None, ())
                mode.steps.append(TracedStep(name, track, judged=alike))
            mode.remember(output, track)

        return hook

    for name, module in model.named_modules():
        shown = f"{name} ({type(module).__name__})" if name else type(module).__name__
        handles += [
            module.register_forward_pre_hook(before(shown)),
            module.register_forward_hook(after(shown)),
        ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _ours(module: nn.Module) -> bool:
    package = type(module).__module__.partition(".")[0]
    return package == "groupkit_torch" and isinstance(getattr(module, "group", 0), SplitGroup)
