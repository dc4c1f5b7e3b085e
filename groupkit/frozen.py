"""Values: set once, when they are made; compared, hashed and copied as what they hold."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from jaxtyping import Shaped


def read_only(array: Shaped[np.ndarray, "*shape"]) -> Shaped[np.ndarray, "*shape"]:
    """Return an array, made read-only: a value that a frozen object keeps."""
    array.flags.writeable = False
    return array


class Frozen:
    """A value that nobody changes after its constructor, equal to others of its type and key.

    A subclass sets its fields with `_set` and gives `_key`, what equality and hash compare.
    """

    __slots__ = ()

    @property
    def _key(self) -> tuple[Hashable, ...]:
        raise NotImplementedError

    def _set(self, **fields: object) -> None:
        """Set fields, arrays read-only: for constructors alone."""
        for name, field in fields.items():
            if isinstance(field, np.ndarray):
                field.flags.writeable = False
            object.__setattr__(self, name, field)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __copy__(self) -> Frozen:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Frozen:
        del memo
        return self
