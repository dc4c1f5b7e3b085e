"""``groupkit to-plain``: a trained network as a program that torch alone runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from groupkit_torch.export.plain import to_plain
from groupkit_torch.export.plain_layers import PlainError, equal


def main(argv: Sequence[str] | None = None) -> int:
    """Write the plain form of a saved model, after comparing outputs.

    Parameters
    ----------
    argv : sequence of str, optional
        ``CHECKPOINT --shape N,N,... --out FILE [--fixed] [--keep-batch-norm]``; those of the
        process by default.

    Returns
    -------
    int
        0, the exit status.

    Raises
    ------
    PlainError
        If the file holds no module, or the program computes something else.
    """
    options = _parser().parse_args(argv)
    sys.path.insert(0, str(Path.cwd()))  # where the classes of a pickled model usually are
    model = _load(options.checkpoint).eval()
    tensors = [t for t in (*model.parameters(), *model.buffers()) if t.is_floating_point()]
    dtype = tensors[0].dtype if tensors else torch.float32
    shape = options.shape if options.fixed else _with_batch(options.shape)
    x = torch.randn(shape, dtype=dtype)
    plain = to_plain(model, x, fold_batch_norm=not options.keep_batch_norm)
    batch = None if options.fixed else ({0: torch.export.Dim("batch", min=1)},)
    with torch.no_grad():
        program = torch.export.export(plain, (x,), dynamic_shapes=batch)
        with options.out.open("wb") as file:  # a folder that is not there: an error of the system
            torch.export.save(program, file)
        again = torch.export.load(options.out).module()
        same = equal(model(x), again(x))
    if not same:
        raise PlainError(
            f"{options.out} computes something else than {options.checkpoint}; please report it",
            witness=options.out,
        )
    size = options.out.stat().st_size / 1e6
    shape = "×".join(["any" if batch else str(len(x)), *map(str, x.shape[1:])])
    print(f"{options.out}: {size:.1f} MB, takes {shape}, equal outputs")  # noqa: T201
    print(f'torch.export.load("{options.out}").module()')  # noqa: T201
    return 0


def _load(path: Path) -> nn.Module:
    # a whole module is code: it is the user's own file, as the help says
    try:
        found: Any = torch.load(path, map_location="cpu", weights_only=False)
    except OSError:
        raise
    except Exception as error:  # unpickling runs the file's code, which may raise anything
        raise PlainError(
            f"{path} cannot be loaded: {type(error).__name__}: {error}; give a file that "
            "torch.save(model, path) wrote, from a folder where the model's own classes can be "
            "imported",
            witness=path,
        ) from error
    if isinstance(found, nn.Module):
        return found
    raise PlainError(
        f"{path} holds a {type(found).__name__}, which does not say how the network computes; "
        "save the whole module, torch.save(model, path), or call gt.to_plain in Python",
        witness=found,
    )


def _with_batch(shape: list[int]) -> list[int]:
    return [max(shape[0], 2), *shape[1:]]  # tracing takes a batch of 1 for a constant


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="groupkit to-plain",
        description="Write a network as a program of torch's operations, for where groupkit is "
        "not installed. Loading a module runs code that its file names: use files of your own.",
    )
    parser.add_argument(
        "checkpoint",
        type=Path,
        metavar="CHECKPOINT",
        help="a file that torch.save(model, CHECKPOINT) wrote: the whole module, no state_dict",
    )
    parser.add_argument(
        "--shape", type=_shape, required=True, metavar="N,N,...", help="of an input, batch first"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("model.pt2"), metavar="FILE", help="%(default)s by default"
    )
    parser.add_argument("--fixed", action="store_true", help="take this batch size only")
    parser.add_argument(
        "--keep-batch-norm", action="store_true", help="do not fold it into the convolutions"
    )
    return parser


def _shape(text: str) -> list[int]:
    try:
        sides = [int(part) for part in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) < 2 or min(sides) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no shape; write one like 1,1,28,28")
    return sides
