"""The guard at run time: the first inexact call of a layer at a size warns, or is refused."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.compiler import is_compiling

from groupkit.errors import WindowError, brief
from groupkit_torch.geometry import SettingError
from groupkit_torch.sampling.exactness import Exactness, exactness_of
from groupkit_torch.sampling.sampler import Sampler

_MODES = ("warn", "raise", "ignore")
_MOST_SHAPES = 1024
_measuring: ContextVar[bool] = ContextVar("measuring", default=False)


class EquivarianceWarning(UserWarning):
    """A layer is not equivariant under its whole group at the size it was called with."""


class InexactError(WindowError):
    """A layer with ``exact="raise"`` was called at a size where it loses symmetry.

    The witness is the `Exactness` of the call.
    """

    law = "a layer keeps every element of its group at every size it is called with"


class Guarded(nn.Module):
    """A layer that samples its input, and knows what that does to its symmetry.

    Copies and pickles are other layers: their first inexact call at a size warns anew.
    """

    _sampler: Sampler
    _axes: int
    _always_exact: bool
    _exact: str
    _sizes_seen: set[tuple[tuple[int, ...], tuple[int, ...] | None]]
    _shapes_seen: set[tuple[int, ...]]  # of whole maps that passed all checks, while not compiled

    def _set_guard(self, sampler: Sampler, exact: str) -> None:
        self._sampler, self._axes = sampler, sampler.group.dimension
        self._always_exact = sampler.always_exact
        self.exact = exact

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_sizes_seen": set(), "_shapes_seen": set()}

    @property
    def exact(self) -> str:
        """What an inexact call does: "warn" once a size, "raise" or "ignore"."""
        return self._exact

    @exact.setter
    def exact(self, mode: str) -> None:
        if mode not in _MODES:
            raise SettingError(
                f'exact={mode!r} is none of "warn", "raise", "ignore"; use one', witness=mode
            )
        self._exact = mode
        self._sizes_seen, self._shapes_seen = set(), set()

    def exactness(self, input_size: int | Sequence[int]) -> Exactness:
        """Return what this layer keeps of its group at an input size, from integers alone.

        Parameters
        ----------
        input_size : int or sequence of int
            Sides of the input along the lattice axes.

        Raises
        ------
        DimensionError
            If there is another number of sides than lattice axes.
        WindowError
            If the array is too small for the layer, or has no centre that S allows.

        References
        ----------
        Edixhoven, Lengyel & van Gemert (2023), "Using and Abusing Equivariance",
        arXiv 2308.11316: one pixel of input size decides which symmetry is left.
        """
        return exactness_of(self._sampler, input_size)

    def _guard(self, x: Tensor, output_padding: tuple[int, ...] | None = None) -> None:
        """Refuse arrays that are too small; warn or refuse where a call is inexact.

        Nothing when compiled. ``output_padding`` is that of this call of a transposed layer.
        """
        if is_compiling():
            return
        shape = x.shape
        if shape in self._shapes_seen and output_padding is None:
            return
        if torch._C._get_tracing_state() is not None:
            return
        sampler, size = self._sampler, tuple(shape[len(shape) - self._axes :])
        if output_padding is not None:
            sampler = replace(sampler, output_padding=output_padding)
        key = size, output_padding
        if key not in self._sizes_seen:
            sampler.output(size)  # raises if the array is too small
            if not (self._always_exact if output_padding is None else sampler.always_exact):
                if _measuring.get():
                    return
                if self._exact != "ignore":
                    self._check_size(sampler, size)
            self._sizes_seen.add(key)
        if len(self._shapes_seen) < _MOST_SHAPES:  # of all batch sizes
            self._shapes_seen.add(shape)

    def _check_size(self, sampler: Sampler, size: tuple[int, ...]) -> None:
        try:
            if exactness_of(sampler, size, advise=False).is_exact:
                return
        except WindowError:
            return  # no array for this layer, which says so itself
        found = exactness_of(sampler, size)
        message = f"{type(self).__name__}: {found}"
        if self._exact == "raise":
            raise InexactError(message, witness=found)
        frame, level = sys._getframe(), 1
        while _is_ours(frame.f_globals) and frame.f_back is not None:
            frame, level = frame.f_back, level + 1
        warnings.warn(message, EquivarianceWarning, stacklevel=level)


def set_exact(model: nn.Module, mode: str) -> None:
    """Set what inexact calls do, for all layers of a model.

    Parameters
    ----------
    model : Module
        Any model; layers of other packages are left alone.
    mode : {"warn", "raise", "ignore"}
        Warn once a layer and size, refuse, or be silent.

    Raises
    ------
    SettingError
        If the mode is none of these, or the model no module.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import GroupMaxPool
    >>> pool = GroupMaxPool(gk.p4, 2)
    >>> set_exact(pool, "raise")
    >>> pool(torch.zeros(1, 1, 4, 5, 5))
    Traceback (most recent call last):
    groupkit_torch.sampling.guard.InexactError: GroupMaxPool: stride 2, kernel 2, padding 0 on 5×5
    keeps only the identity of p4 (...); exact at 4 or 6, or ...
    """
    if mode not in _MODES:
        raise SettingError(
            f'mode={mode!r} is none of "warn", "raise", "ignore"; use one', witness=mode
        )
    given: object = model
    if not isinstance(given, nn.Module):
        raise SettingError(
            f"{brief(given)} is no torch.nn.Module; give the model, then the mode", witness=given
        )
    for module in model.modules():
        if isinstance(module, Guarded):
            module.exact = mode


@contextmanager
def guards_silent() -> Iterator[None]:
    """Silence all guards while a measurement calls layers at sizes of its own choice."""
    token = _measuring.set(True)
    try:
        yield
    finally:
        _measuring.reset(token)


def _is_ours(module: dict[str, Any]) -> bool:
    """Return whether a frame with these globals lies between a call of a layer and its guard."""
    package = str(module.get("__name__", "")).partition(".")[0]
    return package in ("torch", "groupkit_torch", "jaxtyping", "beartype")
