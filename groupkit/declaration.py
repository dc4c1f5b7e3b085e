"""Declarations as plain data: dictionaries and JSON or TOML files of integers."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import tomli_w

from groupkit.errors import FileFormatError, brief
from groupkit.lattice import Lattice
from groupkit.stabilizer import Stabilizer

_ITEM: Final = re.compile(r'\[[^\[\]\n]*\]|-?\d+|"(?:[^"\\\n]|\\.)*"')
_SPREAD: Final = re.compile(rf"\[\n\s*(?:(?:{_ITEM.pattern}),?\s*)+\]")
_KEYS: Final = (
    "name",
    "dimension",
    "lattice",
    "axes",
    "matrices",
    "generators",
    "cayley_table",
)


def check_document(document: Any) -> dict[str, Any]:
    """Return a declaration's dictionary with string keys that are known and a name.

    Raises
    ------
    FileFormatError
        Naming the key at fault.
    """
    if not isinstance(document, Mapping):
        raise FileFormatError(
            f"a declaration is a dictionary with the keys {', '.join(_KEYS)}, not "
            f"{type(document).__name__}",
            witness=type(document).__name__,
        )
    for key in document:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}"
            raise FileFormatError(f"a declaration has no key {brief(key)}; {hint}", witness=key)
    if not isinstance(document.get("name"), str):
        raise FileFormatError(
            f"a declaration has a name, a string, not {brief(document.get('name'))}; add name",
            witness=document.get("name"),
        )
    if ("matrices" in document) == ("generators" in document):
        raise FileFormatError(
            f"declaration {brief(document['name'])} needs either matrices (the complete list) or "
            "generators, and not both",
            witness=document["name"],
        )
    for given, told in (
        ("generators", "axes"),
        ("generators", "cayley_table"),
        ("matrices", "dimension"),
    ):
        if given in document and told in document:
            raise FileFormatError(
                f"declaration {brief(document['name'])} has {given}, which tell {told}; leave "
                f"{told} out",
                witness=told,
            )
    return dict(document)


def to_document(name: str, stabilizer: Stabilizer, lattice: Lattice) -> dict[str, Any]:
    """Return a declaration as plain data: strings, lists and integers."""
    document: dict[str, Any] = {
        "name": name,
        "lattice": write_lattice(lattice),
        "axes": [[axis, size] for axis, size in stabilizer.axes.items()],
        "matrices": stabilizer.matrices.tolist(),
    }
    if not stabilizer.is_faithful:
        document["cayley_table"] = stabilizer.cayley_table.tolist()
    return document


def read_document(document: Any) -> dict[str, Any]:
    """Return the arguments of from_generators or from_matrices that plain data tells.

    Raises
    ------
    FileFormatError
        Naming the key at fault.
    """
    known = check_document(document)
    known["lattice"] = read_lattice(known.get("lattice"))
    given = known.get("generators", known.get("matrices"))
    if "generators" in known and not isinstance(given, Mapping | list):
        raise FileFormatError(
            f"generators are named matrices, not {brief(given)}", witness=known["name"]
        )
    if known.get("axes") is not None:
        known["axes"] = read_axes(known["axes"])
    if "matrices" in known and not isinstance(given, list):
        raise FileFormatError(
            f"matrices are a list of lists of integers, not {brief(given)}", witness=known["name"]
        )
    return known


def read_axes(axes: Any) -> dict[str, Any]:
    """Return axes given as a table {name: size} or as pairs [name, size]."""
    if isinstance(axes, Mapping):
        return dict(axes)
    pairs = axes if isinstance(axes, list) else [axes]
    if not all(
        isinstance(p, list | tuple) and len(p) == 2 and isinstance(p[0], str) for p in pairs
    ):
        raise FileFormatError(
            f"axes are pairs such as [['m', 2], ['r', 4]], in storage order, not {brief(axes)}",
            witness=axes,
        )
    if len(dict(pairs)) != len(pairs):
        raise FileFormatError(
            f"the axes {pairs} name one axis twice; give each its own name", witness=pairs
        )
    return dict(pairs)


def write_lattice(lattice: Lattice) -> str | dict[str, Any]:
    """Return a lattice as its name if it has a Bravais lattice's, as plain integers otherwise."""
    try:
        if Lattice.named(lattice.name, lattice.dimension) == lattice:
            return lattice.name
    except (KeyError, ValueError):
        pass
    forms = [[list(row) for row in form] for form in lattice.forms]
    return {"name": lattice.name, "gram": [list(row) for row in lattice.gram], "forms": forms}


def read_lattice(written: Any) -> str | Lattice | None:
    """Return what `write_lattice` wrote; a name stays a name, to be looked up by dimension."""
    if written is None or isinstance(written, str):
        return written
    if not isinstance(written, Mapping) or not {"name", "gram"} <= set(written):
        raise FileFormatError(
            f"a lattice is a name, or a table with name and gram, not {brief(written)}",
            witness=written,
        )
    rigid = Lattice.from_gram(str(written["name"]), written["gram"])
    if "forms" not in written:
        return rigid
    forms = written["forms"]
    if not isinstance(forms, list) or not forms:
        raise FileFormatError(
            f"forms are a list of integer matrices, not {brief(forms)}", witness=forms
        )
    return Lattice(rigid.name, rigid.gram, tuple(_form(form, rigid.dimension) for form in forms))


def _form(form: Any, dimension: int) -> tuple[tuple[int, ...], ...]:
    """Return one symmetric integer matrix of a family of Gram matrices, checked."""
    square = (
        isinstance(form, list)
        and len(form) == dimension
        and all(isinstance(row, list) and len(row) == dimension for row in form)
        and all(type(entry) is int for row in form for entry in row)
    )
    if not square or any(form[i][j] != form[j][i] for i in range(dimension) for j in range(i)):
        raise FileFormatError(
            f"a form is a symmetric {dimension}×{dimension} matrix of integers, not {brief(form)}",
            witness=form,
        )
    return tuple(tuple(row) for row in form)


def read_file(path: str | Path) -> Any:
    """Return the contents of a .json or .toml file.

    Raises
    ------
    FileFormatError
        If there is no such file, its name ends otherwise, or it cannot be parsed.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
        if _kind(file) == "json":
            return json.loads(text)
        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            f"{file} cannot be read as a declaration: {error}; give a .json or .toml file of "
            "plain integers",
            witness=str(file),
        ) from error


def write_file(path: str | Path, document: Mapping[str, Any]) -> None:
    """Write a dictionary of plain data to a .json or .toml file."""
    file = Path(path)
    file.write_text(document_text(document, _kind(file)), encoding="utf-8")


def document_text(document: Mapping[str, Any], kind: str) -> str:
    """Return plain data as the text of a file of kind "json" or "toml"."""
    text = json.dumps(document, indent=1) + "\n" if kind == "json" else tomli_w.dumps(document)
    for _ in range(2):  # a row, then a matrix, on one line: strings hold no line breaks
        text = _SPREAD.sub(lambda found: "[" + ", ".join(_ITEM.findall(found[0])) + "]", text)
    return text


def _kind(file: Path) -> str:
    """Return "json" or "toml", by the file's name."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in ("json", "toml"):
        raise FileFormatError(
            f"{file} is neither a .json nor a .toml file; name it by its format", witness=str(file)
        )
    return kind
