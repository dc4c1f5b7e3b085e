"""What a trace of a model found, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from groupkit import SplitGroup
from groupkit.errors import GroupkitError
from groupkit.integers import integer
from groupkit_torch.geometry import SettingError
from groupkit_torch.sampling.element_names import name_elements
from groupkit_torch.sampling.sampler import CENTRE
from groupkit_torch.tracing.track import Track


class TraceError(GroupkitError, ValueError):
    """A model, or what it was asked for, cannot be judged by positions."""

    law = "a trace sees every call of a model, and judges it by the positions it reads"


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
    about : str
        The point that S acts about: the arrays' centres, or index 0 of tori.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> conv = gt.GroupConv(gk.p4, 1, 1, 3, stride=2, padding=1)
    >>> trace = gt.trace_exactness(conv, (1, 1, 4, 9, 9))
    >>> trace.kept, trace.first_loss is None, trace.exact_sizes(8)
    ((0, 1, 2, 3), True, [1, 3, 5, 7])
    """

    group: SplitGroup
    input_shape: tuple[int, ...]
    steps: tuple[TracedStep, ...]
    final: Track | None
    about: str
    _again: Callable[[tuple[int, ...]], ExactnessTrace] = field(repr=False)

    @property
    def kept(self) -> tuple[int, ...] | None:
        """The elements that the whole model keeps; None if some call could not be judged."""
        if self.final is None or self.final.kept is None:
            return None
        return tuple(sorted(self.final.kept))

    @property
    def first_loss(self) -> TracedStep | None:
        """The first step after which an element is missing that the output misses too."""
        full = frozenset(self.group.stabilizer)
        lost = full - frozenset(full if self.kept is None else self.kept)
        for step in self.steps:
            missing = full - (full if step.track.kept is None else step.track.kept)
            if missing & lost or (missing and self.kept is None):
                return step
        return None

    @property
    def unjudged(self) -> tuple[str, ...]:
        """The calls that could not be judged."""
        return tuple(step.name for step in self.steps if not step.judged)

    def exact_sizes(self, limit: int) -> list[int]:
        """Return the sides up to a limit at which the model keeps all of S, by tracing each.

        Sizes that the model refuses are left out.

        Parameters
        ----------
        limit : int
            The longest side to try; all axes have the same.

        Returns
        -------
        list of int

        Raises
        ------
        SettingError
            If the limit is no positive integer.
        TraceError
            If some call cannot be judged at any size: an empty list would say too much.
        """
        whole = None if isinstance(limit, bool) else integer(limit)
        if whole is None or whole < 1:
            raise SettingError(
                f"limit={limit!r} is no largest side; use a positive integer", witness=limit
            )
        lead = self.input_shape[: len(self.input_shape) - self.group.dimension]
        found, unjudged = [], self.unjudged
        for n in range(1, whole + 1):
            try:
                again = self._again((*lead, *(n,) * self.group.dimension))
            except (GroupkitError, RuntimeError, ValueError):
                continue
            if again.kept is None:
                unjudged = again.unjudged or unjudged
            elif len(again.kept) == self.group.stabilizer.order:
                found.append(n)
        if not found and self.kept is None:
            raise TraceError(
                f"no size can be judged: positions do not decide what "
                f"{', '.join(unjudged) or 'the model'} does; measure with find_symmetry",
                witness=unjudged,
            )
        return found

    def __str__(self) -> str:
        lines = [f"{'layer':<36} {'size':<9} {'input centre at':<16} keeps"]
        if self.about != CENTRE:
            lines.insert(0, f"about {self.about}")
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
        if self.final is None:
            lines.append("the output does not come from the input, as far as its calls show")
        if self.first_loss is not None:
            lines.append(f"first lost at {self.first_loss.name}")
        return "\n".join(lines)
