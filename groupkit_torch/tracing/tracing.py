"""Watch a model run: every call of torch, and every layer of this package as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any, Final

import numpy as np
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from groupkit import SplitGroup
from groupkit_torch.sampling.guard import Guarded
from groupkit_torch.tracing.judge import judge
from groupkit_torch.tracing.judge_layer import judge_layer
from groupkit_torch.tracing.torch_calls import POINTWISE
from groupkit_torch.tracing.trace_report import TracedStep
from groupkit_torch.tracing.track import Track

_PACKAGE: Final = "groupkit_torch"
_SILENT: Final = (
    "size",
    "dim",
    "stride",
    "numel",
    "__len__",
    "is_floating_point",
    "__repr__",
    "__hash__",
)


class Tracing(TorchFunctionMode):
    """Sees every call of torch, and keeps what is known of each tensor."""

    def __init__(self, group: SplitGroup, names: dict[nn.Module, str]) -> None:
        super().__init__()
        self.group, self.steps = group, list[TracedStep]()
        self.inside = 0  # layers of ours that are running
        self.running, self.names = list[str](), names
        self.draw = np.random.default_rng(0)
        self._known: dict[int, tuple[Tensor, Track]] = {}

    def remember(self, x: Tensor, track: Track) -> None:
        """Keep what is known of a tensor."""
        self._known[id(x)] = (x, track)  # the tensor stays alive, so that its id stays its own

    def track_of(self, x: object) -> Track | None:
        """Return what is known of a tensor."""
        return self._known[id(x)][1] if id(x) in self._known else None

    def track_of_all(self, output: object) -> Track | None:
        """Return what is known of a model's output, a tensor or some container of tensors.

        It keeps what all of them keep. None if one of them does not come from the input.
        """
        tracks = [self.track_of(x) for x in tree_leaves(output) if isinstance(x, Tensor)]
        known = [track for track in tracks if track is not None]
        if not known or len(known) < len(tracks):
            return None
        kept = [track.kept for track in known]
        shared = (
            None if None in kept else frozenset.intersection(*(k for k in kept if k is not None))
        )
        return replace(known[0], kept=shared)

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

    def step(self, name: str, track: Track, judged: bool) -> None:
        """Note a step."""
        self.steps.append(TracedStep(name, track, judged))

    def layer(self, module: nn.Module, x: Tensor, y: Tensor) -> None:
        """Say what a layer of ours makes of a map."""
        track = self.track_of(x)
        if track is None:
            return
        own = getattr(module, "group", None)
        fits = isinstance(own, SplitGroup) and own.stabilizer == self.group.stabilizer
        after = None
        if fits and track.print is not None:
            after = judge_layer(module, track, y, self.draw)
        judged = after is not None or track.print is None
        if after is None:
            sides = tuple(y.shape[-self.group.dimension :])
            after = Track.unknown(sides if y.dim() >= self.group.dimension + 2 else ())
        self.remember(y, after)
        if not judged or isinstance(module, Guarded) or after.kept != track.kept:
            of = "" if fits or not isinstance(own, SplitGroup) else f" of {own.name}"
            self.step(self._where() + of, after, judged)

    def _overwrite(self, name: str, x: Tensor) -> None:
        """Forget what is known of a tensor of which some positions were written."""
        for tensor in (x, x._base):
            track = None if tensor is None else self.track_of(tensor)
            if tensor is not None and track is not None:
                lost = Track.unknown(track.size)
                self.remember(tensor, lost)
                self.step(f"{self._where()}: {name}", lost, judged=False)

    def _where(self) -> str:
        return self.running[-1] if self.running else "model"

    def _judge(
        self, name: str, args: Any, kwargs: Any, tracks: list[Track], results: list[Tensor]
    ) -> None:
        name = {"boolean_dispatch": "max_pool", "fn": "max_pool"}.get(name, name)
        after = None
        if not (name in POINTWISE | {"max", "min"} and self._brings_positions(name, args, kwargs)):
            after = judge(self.group.stabilizer, name, args, kwargs, tracks, results[0], self.draw)
        # behind a call that was named, others are not named again
        judged = after is not None or all(t.print is None for t in tracks)
        before = tracks[0]
        if after is None:
            d = self.group.dimension
            after = Track.unknown(tuple(results[0].shape[-d:]) if results[0].dim() >= d + 2 else ())
        for x in results:
            self.remember(x, after)
            whole = x._base
            if _is_in_place(name) and whole is not None and self.track_of(whole) is not None:
                same = after.size and after.size == tuple(whole.shape[-len(after.size) :])
                self.remember(whole, after if same else Track.unknown(()))
        moved = (after.size, after.kept, after.centre) != (before.size, before.kept, before.centre)
        if not judged or (name not in POINTWISE and moved and after.print is not None):
            self.step(f"{self._where()}: {name}", after, judged)

    def _brings_positions(self, name: str, args: Any, kwargs: Any) -> bool:
        """Return whether a tensor that does not come from the input varies over the lattice."""
        d = self.group.dimension
        return not name.endswith(("_norm", "prelu")) and any(
            self.track_of(x) is None and any(n > 1 for n in x.shape[-d:])
            for x in tree_leaves((args, kwargs))
            if isinstance(x, Tensor)
        )


def _written_in_part(name: str, args: Any) -> Tensor | None:
    """Return the tensor of which a call writes some positions only, None for other calls."""
    x = args[0] if args and isinstance(args[0], Tensor) else None
    if x is None:
        return None
    part = x._base is not None and x.numel() != x._base.numel()  # not a view of all of it
    return x if name == "__setitem__" or (_is_in_place(name) and part) else None


def _is_in_place(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")


_active: ContextVar[Tracing | None] = ContextVar("active", default=None)


@contextmanager
def watched(mode: Tracing) -> Iterator[None]:
    """Let layers of ours be judged whole, and let calls know which layer makes them.

    A layer is seen however it is called: m(x), m(input=x), m.forward(x), or by a subclass that
    calls super().forward(x).
    """
    handles, classes = [], dict[type, Callable[..., Any]]()
    for module, shown in mode.names.items():
        handles += [
            module.register_forward_pre_hook(lambda *_, shown=shown: mode.running.append(shown)),
            module.register_forward_hook(lambda *_: mode.running.pop() and None, always_call=True),
        ]
        for kind in type(module).__mro__:
            if "forward" in vars(kind) and kind.__module__.partition(".")[0] == _PACKAGE:
                classes[kind] = vars(kind)["forward"]
    token = _active.set(mode)
    try:
        for kind, forward in classes.items():
            kind.forward = _seen(forward)  # type: ignore[attr-defined]
        yield
    finally:
        _active.reset(token)
        for kind, forward in classes.items():
            kind.forward = forward  # type: ignore[attr-defined]
        for handle in handles:
            handle.remove()


def _seen(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return a layer's forward that tells the trace of this thread, if there is one."""

    @wraps(forward)
    def run(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        mode = _active.get()
        if mode is None or mode.inside or not isinstance(getattr(self, "group", 0), SplitGroup):
            return forward(self, *args, **kwargs)
        x = args[0] if args else next(iter(kwargs.values()), None)
        mode.inside += 1
        try:
            y = forward(self, *args, **kwargs)
        finally:
            mode.inside -= 1
        if isinstance(x, Tensor) and isinstance(y, Tensor):
            mode.layer(self, x, y)
        return y

    return run
