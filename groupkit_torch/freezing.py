r"""Filters expanded once: for inference, for export, and for nothing that learns.

A layer gathers its bank from the weight in every call, for no cache could be kept honest: writes
through ``.data`` leave no trace. Here it is the user who says that the weights will stay.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, nn
from torch.compiler import is_compiling
from torch.nn.utils.prune import BasePruningMethod

from groupkit.errors import GroupkitError

_Self = TypeVar("_Self", bound="Freezable")
_Made = TypeVar("_Made")


class FrozenError(GroupkitError, RuntimeError):
    """The weights of a frozen layer were changed, or were to be; the witness is the layer."""

    law = "the weights of a frozen layer stay as they are"


_CHANGED: Final = "is frozen, but its weights were changed"
_OTHERS: Final = "has other parameters than when it was frozen"
_WITH_GRADIENTS: Final = "is frozen, but its weights are to have gradients"


class _Sources:
    """The tensors that the banks of a frozen layer are made of, as they were, and their places.

    Every call looks at them, in small layers a share of its time: so plain tuples, and no module,
    whose attributes take longer to find.
    """

    def __init__(self, places: list[tuple[dict[str, Any], str]]) -> None:
        self._tensors: list[tuple[dict[str, Any], str, Tensor | None, int | None]] = [
            (table, name, table[name], _version(table[name])) for table, name in places
        ]

    def change(self) -> str | None:
        """Return what is other than it was, if anything."""
        for table, name, before, version in self._tensors:
            if table.get(name) is not before:
                is_there = table.get(name) is not None and before is not None
                return _CHANGED if is_there else _OTHERS
            if before is not None:
                if version is not None and before._version != version:
                    return _CHANGED
                if before.requires_grad:
                    return _WITH_GRADIENTS
        return None


def freezable(method: Callable[[_Self], _Made]) -> Callable[[_Self], _Made]:
    """Let a method without arguments, which makes tensors of weights, be evaluated once.

    Parameters
    ----------
    method : callable
        Of a `Freezable`; returns a tensor or a tuple of tensors.
    """
    name = method.__name__

    @wraps(method)
    def kept(self: _Self) -> _Made:
        if name not in self._kept:
            return method(self)
        self._check_frozen()
        return self._recall(name)  # type: ignore[no-any-return]

    return kept


class Freezable(nn.Module):
    """A layer that makes tensors of its weights in every call, unless it is frozen."""

    _frozen: _Sources | None
    _wanted_gradients: dict[str, bool]  # of the parameters, before they were frozen

    def __init__(self) -> None:
        super().__init__()
        self._frozen = None
        self._kept: dict[str, list[str]] = {}  # method -> buffers with what it made
        self._tuples: set[str] = set()  # methods that return a tuple

    def _to_freeze(self) -> list[str]:
        """Return which methods the layer's forward calls."""
        raise NotImplementedError

    def _freeze(self, wanted_gradients: dict[str, bool]) -> None:
        """Evaluate the methods, and note the parameters."""
        self._keep()
        self._wanted_gradients = wanted_gradients
        self._frozen = self._sources()
        for parameter in self.parameters():
            parameter.requires_grad_(False)
            parameter.grad = None  # an optimizer passes over parameters without gradient

    def _unfreeze(self) -> None:
        assert self._frozen is not None
        self._drop()
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(self._wanted_gradients.get(name, parameter.requires_grad))
        self._frozen = None

    def _keep(self) -> None:
        self._drop()
        set_pruned(self)
        found: dict[str, Any] = {}
        with torch.inference_mode(False), torch.no_grad():
            for name in self._to_freeze():  # all of them, before one is kept
                made = getattr(self, name)()
                parts = made if isinstance(made, tuple) else (made,)
                found[name] = made, [part if part is None else _copy(part) for part in parts]
        for name, (made, parts) in found.items():
            if made is None:  # no bias: no buffer, which torch.export would miscount
                continue
            self._kept[name] = [buffer_of(name, i) for i in range(len(parts))]
            for buffer, part in zip(self._kept[name], parts, strict=True):
                self.register_buffer(buffer, part, persistent=False)
            if isinstance(made, tuple):
                self._tuples.add(name)

    def _sources(self) -> _Sources:
        """Return the parameters, those that are None too, and the masks of pruned ones."""
        places: list[tuple[dict[str, Any], str]] = []
        for module in self.modules():
            places += [(module._parameters, name) for name in module._parameters]
        hooks = self._forward_pre_hooks.values()
        names = [hook._tensor_name for hook in hooks if isinstance(hook, BasePruningMethod)]
        places += [(self._buffers, f"{name}_mask") for name in names]
        return _Sources(places)

    def _drop(self) -> None:
        for buffers in self._kept.values():
            for buffer in buffers:
                delattr(self, buffer)
        self._kept, self._tuples = {}, set()

    def _recall(self, name: str) -> Any:
        if is_compiling():
            made = [getattr(self, buffer) for buffer in self._kept[name]]
        else:
            made = [self._buffers[buffer] for buffer in self._kept[name]]  # faster
        return tuple(made) if name in self._tuples else made[0]

    def _check_frozen(self) -> None:
        if self.training:
            raise self._refusal("is frozen and is called in training mode")
        if is_compiling():
            return
        assert self._frozen is not None
        if change := self._frozen.change():
            raise self._refusal(change)

    def _refusal(self, what: str) -> FrozenError:
        return FrozenError(
            f"{type(self).__name__} {what}, and its filters are those of before; call "
            "gt.unfreeze(model) first, and gt.freeze(model) again when the weights are final",
            witness=self,
        )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        if self._frozen is not None:
            self._keep()
            self._frozen = self._sources()  # of another device or dtype
        return self

    def _load_from_state_dict(self, *arguments: Any) -> None:
        if self._frozen is not None:
            raise self._refusal("is frozen and loads no weights")
        super()._load_from_state_dict(*arguments)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        if self._frozen is not None:  # a copy counts its versions from the start
            self._frozen = self._sources()


def freeze(model: nn.Module) -> nn.Module:
    """Expand all filters of a model once, for inference and export; return the model, in eval.

    A call then costs what the plain convolutions cost, and an exported graph holds the banks as
    constants. The state_dict stays as it is. Until `unfreeze`, the weights of the layers with
    filters are to stay: they want no gradients and lose those they have, so that optimizers pass
    over them. ``load_state_dict`` raises at the first frozen layer (what comes before it has been
    loaded, as where torch finds that a shape differs), and so does a call in training mode, or the
    next call after a weight was changed in place, by ``copy_`` or whatever else, or replaced. What
    torch does not record, a write through ``.data``, is not seen, and a compiled model does not
    look: then a change has no effect until `unfreeze`. Other layers of the model may be trained, a
    new head for instance, while the frozen ones are in evaluation mode.

    Parameters
    ----------
    model : Module
        With layers of groupkit_torch anywhere in it; layers that are frozen stay so.

    Returns
    -------
    Module
        The same model.

    Raises
    ------
    FrozenError
        If there is nothing to freeze.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> net, x = gt.freeze(gt.LiftingConv(gk.p4, 1, 8, 3)), torch.zeros(1, 1, 5, 5)
    >>> net.train()(x)
    Traceback (most recent call last):
    groupkit_torch.freezing.FrozenError: LiftingConv is frozen and is called in training mode, and
    its filters are those of before; call gt.unfreeze(model) first, ...
    >>> net.eval()(x).shape
    torch.Size([1, 8, 4, 3, 3])
    >>> gt.unfreeze(net).train()(x).shape
    torch.Size([1, 8, 4, 3, 3])
    """
    layers = _freezables(model)
    if not layers:
        raise FrozenError(
            f"{type(model).__name__} has no layer with filters, so there is nothing to freeze",
            witness=model,
        )
    model.eval()
    layers = [layer for layer in layers if layer._frozen is None]
    wanted = [{n: p.requires_grad for n, p in layer.named_parameters()} for layer in layers]
    for layer, gradients in zip(layers, wanted, strict=True):
        layer._freeze(gradients)
    return model


def unfreeze(model: nn.Module) -> nn.Module:
    """Let the filters of a model follow their weights again; return the model, still in eval.

    Parameters
    ----------
    model : Module
        Frozen, in parts or not at all.

    Returns
    -------
    Module
        The same model.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> net = gt.freeze(gt.LiftingConv(gk.p4, 1, 8, 3))
    >>> net.weight.requires_grad, unfreeze(net).weight.requires_grad
    (False, True)
    """
    for layer in _freezables(model):
        if layer._frozen is not None:
            layer._unfreeze()
    return model


def set_pruned(module: nn.Module) -> None:
    """Set the pruned weights of a module, as `torch.nn.utils.prune` does before every forward."""
    with torch.no_grad():
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, BasePruningMethod):
                hook(module, ())


def _freezables(model: nn.Module) -> list[Freezable]:
    return [module for module in model.modules() if isinstance(module, Freezable)]


def buffer_of(method: str, i: int = 0) -> str:
    """Return the name of the buffer in which a frozen layer keeps what a method makes.

    Parameters
    ----------
    method : str
        A `freezable` one.
    i : int
        Which of the tensors, if it makes several.
    """
    return f"_frozen_{method}_{i}"


def _copy(tensor: Tensor) -> Tensor:
    return tensor.clone(memory_format=torch.contiguous_format)


def _version(tensor: Tensor | None) -> int | None:
    return None if tensor is None or tensor.is_inference() else tensor._version
