"""Arrays come out of pickles; whatever else a pickle asks for is refused and not run."""

import contextlib
import os
import pickle
import pickletools
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groupkit_torch.experiments import DataFileError, UnsafePickleError
from groupkit_torch.experiments.data.pickles import read_arrays

PATH = Path("some.pkl")


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "uint8", "int64", ">i4", "bool"], ids=lambda d: d
)
def test_arrays_come_back(protocol: int, dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)
    for value in (array, array.T, array[:0]):
        found = read_arrays(pickle.dumps((value, [1, "a", None]), protocol), PATH)
        assert np.array_equal(found[0], value)
        assert found[0].dtype == value.dtype
        assert found[1] == [1, "a", None]


def test_python_2_is_read() -> None:
    # pickle.dumps({"labels": [1, 2]}, 2) of Python 2
    raw = b"\x80\x02}q\x00U\x06labelsq\x01]q\x02(K\x01K\x02es."
    assert read_arrays(raw, PATH, "bytes") == {b"labels": [1, 2]}
    assert read_arrays(raw, PATH) == {"labels": [1, 2]}


class Malicious:
    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Malicious(os.system, ("touch {}",)), r"posix\.system"),
        (Malicious(eval, ("open('{}', 'w')",)), r"__builtin__\.eval"),
        (Malicious(getattr, (1, "real")), r"__builtin__\.getattr"),
        (Malicious(np.ndarray, ((2,),)), "_ArrayClass"),
        (Malicious(np.load, ("{}",)), r"numpy.*\.load"),
        (Path("x"), "pathlib"),
        (OrderedDict(a=1), "collections"),
        (np.array([object()]), "not of numbers"),
        (np.zeros(2, [("a", "i4")]), "not of numbers"),
        (np.array(["text"]), "not of numbers"),
        (np.ma.masked_array([1]), r"numpy\.ma"),
        ({1, 2}, r"__builtin__\.set"),
        (1 + 2j, r"__builtin__\.complex"),
    ],
    ids=[
        "system",
        "eval",
        "getattr",
        "ndarray called",
        "load",
        "path",
        "dict of another class",
        "objects",
        "fields",
        "text",
        "masked",
        "set",
        "complex",
    ],
)
def test_everything_else_is_refused_and_not_run(tmp_path: Path, value: Any, text: str) -> None:
    trace = tmp_path / "trace"
    if isinstance(value, Malicious) and isinstance(value.call[1][0], str):
        value = Malicious(value.call[0], (value.call[1][0].format(trace),))
    with pytest.raises(DataFileError, match=text) as caught:
        read_arrays(pickle.dumps([value], 2), PATH)
    assert "some.pkl" in str(caught.value)
    assert not trace.exists()


def test_the_danger_is_real(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    raw = pickle.dumps(Malicious(os.system, (f"touch {trace}",)))
    pickle.loads(raw)
    assert trace.exists()
    trace.unlink()
    with pytest.raises(UnsafePickleError, match="nothing of it was run: do not use this file"):
        read_arrays(raw, PATH)
    assert not trace.exists()


def test_arrays_whose_bytes_do_not_fill_their_shape_are_refused() -> None:
    raw = pickle.dumps(np.zeros(200, np.uint8), 2)
    assert any(op.arg is not None for op, _, _ in pickletools.genops(raw))
    many = raw.replace(b"K\xc8\x85", b"J\xff\xff\xff\x7f\x85")  # BININT1 200 becomes 2^31 - 1
    assert many != raw
    with pytest.raises(UnsafePickleError, match="bytes do not fill its shape"):
        read_arrays(many, PATH)


def test_damaged_pickles_are_refused_by_name() -> None:
    raw = pickle.dumps((np.arange(30, dtype=np.uint8), list(range(5))), 2)
    for end in range(len(raw)):
        with pytest.raises(DataFileError, match=r"some\.pkl"):
            read_arrays(raw[:end], PATH)


def test_bytes_changed_at_random_give_our_errors_or_data() -> None:
    raw = pickle.dumps((np.arange(30, dtype=np.uint8), list(range(5))), 2)
    random = np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(raw)
        changed[random.integers(len(raw))] = random.integers(256)
        with contextlib.suppress(DataFileError):
            read_arrays(bytes(changed), PATH)
