"""Pickles of numpy arrays, read without running anything that they ask for.

A pickle is a program. Here the only things that it can call are the stand-ins below, which keep
what numpy's own functions would be given; arrays are made from that, after it was judged.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from groupkit_torch.experiments.errors import DataFileError, UnsafePickleError

_CODE: Final = re.compile(r"[<>|=]?[biuf][1248]|\?|b1")
_PLAIN: Final = (int, float, str, bytes, bool, type(None))


class _ArrayClass:
    """Stands for numpy.ndarray, which a pickle names but must not call."""


class _Type:
    """Stands for numpy.dtype: a code of a number, and a byte order set afterwards."""

    def __init__(self, code: object = None, *_: object) -> None:
        self.code = _text(code)
        self.order = "|"
        if not _CODE.fullmatch(self.code):
            raise UnsafePickleError(f"an array of {self.code!r}, not of numbers")

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) < 2 or any(state[2:5]):
            raise UnsafePickleError("a type of numbers with fields")
        self.order = _text(state[1])

    def dtype(self) -> np.dtype[Any]:
        """Return what it stands for."""
        bare = self.code.lstrip("<>|=")
        return np.dtype(bare if bare in ("?", "b1") else f"{self.order}{bare}")


class _Array:
    """Stands for an array: its shape, type and bytes come with its state."""

    value: np.ndarray | None = None

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], _Type):
            raise UnsafePickleError("an array with another state than shape, type and bytes")
        _, shape, kind, fortran, data = state
        raw = data.encode("latin1") if isinstance(data, str) else data
        dtype = kind.dtype()
        if (
            not isinstance(raw, bytes)
            or not isinstance(shape, tuple)
            or not all(isinstance(n, int) and n >= 0 for n in shape)
            or math.prod(shape) * dtype.itemsize != len(raw)
        ):
            raise UnsafePickleError("an array whose bytes do not fill its shape")
        self.value = np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


def _reconstruct(kind: object, *_: object) -> _Array:
    if kind is not _ArrayClass:
        raise UnsafePickleError("an array of another class than numpy.ndarray")
    return _Array()


def _encode(text: object, coding: object = "latin1") -> bytes:
    if not isinstance(text, str) or _text(coding) not in ("latin1", "latin-1"):
        raise UnsafePickleError("text in another coding than latin1")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    return b""


_STAND_INS: Final[dict[tuple[str, str], Any]] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _ArrayClass,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        try:
            return _STAND_INS[module_name, global_name]
        except KeyError:
            raise UnsafePickleError(f"{module_name}.{global_name}") from None

    def persistent_load(self, pid: Any) -> Any:
        raise UnsafePickleError(f"the outside object {pid!r}")


def read_arrays(raw: bytes, path: Path, encoding: Literal["latin1", "bytes"] = "latin1") -> Any:
    """Return what a pickle holds: arrays of numbers, numbers and text in tuples, lists and dicts.

    Parameters
    ----------
    raw : bytes
        The pickle, of Python 2 or 3.
    path : Path
        Its file, for messages.
    encoding : {"latin1", "bytes"}
        What the strings of Python 2 become.

    Raises
    ------
    UnsafePickleError
        If it asks for anything else; nothing of that is imported or called.
    DataFileError
        If it is cut off or damaged.
    """
    try:
        return _unwrap(_Reader(io.BytesIO(raw), encoding=encoding).load())
    except UnsafePickleError as error:
        raise UnsafePickleError(
            f"{path} is a pickle that asks for {error.message}, where data files have arrays, "
            "numbers and text; nothing of it was run: do not use this file",
            witness=str(path),
        ) from None
    except Exception as error:
        raise DataFileError(
            f"{path} is no whole pickle: {type(error).__name__}: {error}; obtain it again",
            witness=str(path),
        ) from error


def _unwrap(value: object) -> Any:
    """Return a value with its stand-ins replaced by the arrays that they hold."""
    if isinstance(value, _Array) and value.value is not None:
        return value.value
    if isinstance(value, list | tuple):
        return type(value)(_unwrap(item) for item in value)
    if isinstance(value, dict):
        return {_unwrap(key): _unwrap(item) for key, item in value.items()}
    if type(value) in _PLAIN:
        return value
    raise UnsafePickleError(f"a {type(value).__name__}")


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin1")
    if not isinstance(value, str):
        raise UnsafePickleError(f"a {type(value).__name__} in place of a word")
    return value
