r"""Which group weights belong to: its declaration, in the bytes of a buffer.

The index of a bank gives the entries of a weight their meaning, and it follows from M and the
products of S in storage order. The same numbers in a layer of another group, or of the same group
in another order, are another filter; so they are refused.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Int, Int8
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import GroupkitError, brief

KEY = "declaration"
"""Its name in a state_dict, behind that of the layer."""


class OtherGroupError(GroupkitError, RuntimeError):
    """The weights of one group were to be loaded into a layer of another one.

    The witness is the first element that differs, or both orders.
    """

    law = "weights belong to the group that they were made for, in its storage order"


class UnknownGroupWarning(UserWarning):
    """Weights were loaded that do not say which group they are of."""


class Declared(nn.Module):
    """A module whose state says which group it is of.

    It is a buffer for all that goes through buffers, loading of sharded models for instance. What
    is saved is written from the group: averages of buffers (exponential ones of weights, with
    ``use_buffers=True``) truncate integers.
    """

    _needs_a_group: ClassVar[bool] = False
    """Whether a state that names no group is incomplete: that of torch's own batch norm is not."""
    group: SplitGroup
    declaration: Tensor

    def _declare(self, group: SplitGroup, device: torch.device | str | None) -> None:
        self.group = group
        self.register_buffer(KEY, written(group, device))
        for name in [name for name in self._buffers if name != KEY]:
            # torch.export miscounts the buffers behind one that is None, as some norms have
            self._buffers[name] = self._buffers.pop(name)

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[prefix + KEY] = written(self.group, self.declaration.device)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        *lists: list[str],
    ) -> None:
        key, layer = prefix + KEY, prefix[:-1] or type(self).__name__
        given = state_dict.get(key)
        others = {name: tensor for name, tensor in state_dict.items() if name != key}
        if given is None and self._needs_a_group:
            own = [*self.named_parameters(), *self.named_buffers()]
            if any(prefix + name in others for name, _ in own):
                warn_of_unknown_group(self.group)
        elif given is not None and not given.is_meta:
            check_group_of_weights(given, self.group, layer)
        missing: list[str] = []
        super()._load_from_state_dict(others, prefix, local_metadata, strict, missing, *lists)
        told = given is not None or not self._needs_a_group
        missing_keys += [name for name in missing if name != key or not told]
        if given is not None and self.declaration.is_meta and not given.is_meta:
            self.declaration = written(self.group, given.device)  # by assign=True

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        was_meta = self.declaration.is_meta
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        if was_meta and not self.declaration.is_meta:
            self.declaration = written(self.group, self.declaration.device)
        return self


def written(
    group: SplitGroup, device: torch.device | str | None = None
) -> Int8[Tensor, " characters"]:
    """Return the declaration of a group, JSON in ASCII, as a tensor.

    A tensor, so that it travels wherever weights do, and not int8 matrices alone, so that it
    holds the name, entries of any size, and the products where matrices do not tell them.

    Parameters
    ----------
    group : SplitGroup
        G.
    device : torch.device, optional
        Where the tensor lives.

    Examples
    --------
    >>> import groupkit as gk
    >>> SplitGroup.from_dict(read(written(gk.p4m))) == gk.p4m
    True
    """
    return torch.tensor(_characters(group), dtype=torch.int8, device=device)


@lru_cache(maxsize=256)
def _characters(group: SplitGroup) -> list[int]:
    return list(json.dumps(group.to_dict(), separators=(",", ":")).encode("ascii"))


def read(buffer: Int[Tensor, " characters"]) -> dict[str, Any]:
    """Return what `written` wrote, plain data.

    Raises
    ------
    OtherGroupError
        If it is no declaration.
    """
    try:
        document = json.loads(bytes(buffer.tolist()))
        name, matrices = document["name"], np.array(document["matrices"])
        table = document.get("cayley_table")
        sound = isinstance(name, str) and matrices.ndim == 3
        if not sound or (table is not None and np.shape(table) != (len(matrices),) * 2):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OtherGroupError(
            f"the state_dict says by {brief(buffer.tolist(), 60)} of which group it is, which is "
            "no declaration of one; the file is damaged, save it anew",
            witness=buffer,
        ) from None
    return dict(document)


def check_group_of_weights(
    buffer: Int[Tensor, " characters"], group: SplitGroup, layer: str
) -> None:
    """Check that weights which came with a declaration mean the same in a layer of a group.

    Names, axes and lattices do not matter: matrices and products, in storage order, do.

    Parameters
    ----------
    buffer : Tensor
        From a state_dict.
    group : SplitGroup
        The group of the layer.
    layer : str
        The layer's name, for the message.

    Raises
    ------
    OtherGroupError
        If they do not.

    Examples
    --------
    >>> import groupkit as gk
    >>> check_group_of_weights(written(gk.p4), gk.p6, "conv1")
    Traceback (most recent call last):
    groupkit_torch.provenance.OtherGroupError: conv1 is a layer of p6, but the weights are those
    of p4: p4 has 4 elements, p6 has 6; build the model with p4
    """
    saved, own = read(buffer), group.to_dict()
    found = _difference(saved, own)
    if found is None:
        return
    witness, reason = found
    remedy = f"build the model with {saved['name']}"
    if saved["name"] == own["name"]:
        remedy += " as it was declared, gk.SplitGroup.from_dict(provenance.read(...))"
    raise OtherGroupError(
        f"{layer} is a layer of {own['name']}, but the weights are those of {saved['name']}: "
        f"{reason}; {remedy}",
        witness=witness,
    )


def _difference(saved: dict[str, Any], own: dict[str, Any]) -> tuple[object, str] | None:
    theirs, ours = np.array(saved["matrices"]), np.array(own["matrices"])
    there, here = saved["name"], own["name"]
    if there == here:
        there, here = f"the {there} of the weights", f"that of the layer, {here},"
    orders, dimensions = (len(theirs), len(ours)), (theirs.shape[-1], ours.shape[-1])
    if dimensions[0] != dimensions[1]:
        return dimensions, f"{there} acts in {dimensions[0]} dimensions, {here} in {dimensions[1]}"
    if orders[0] != orders[1]:
        return orders, f"{there} has {orders[0]} elements, {here} has {orders[1]}"
    for s, (a, b) in enumerate(zip(theirs.tolist(), ours.tolist(), strict=True)):
        if a != b:
            return s, f"element {s} of {there} is {a}, of {here} it is {b}"
    tables = saved.get("cayley_table"), own.get("cayley_table")
    if tables[0] != tables[1]:  # both or none: matrices that are equal are faithful in both
        wrong = np.argwhere(np.array(tables[0]) != np.array(tables[1]))[0]
        a, b = (int(s) for s in wrong)
        return (a, b), f"they have equal matrices, but elements {a} and {b} another product"
    return None


def warn_of_unknown_group(group: SplitGroup) -> None:
    """Warn that a state_dict does not say which group it is of; torch reports the missing key."""
    warnings.warn(
        f"the state_dict does not say which group its weights are of: there is no {KEY!r} with "
        f"them, so they were saved by an older version or made by hand; if they are those of "
        f"{group.name} in its storage order, load them with strict=False",
        UnknownGroupWarning,
        stacklevel=2,
    )
