"""Targets of commands: modules, files, declarations and catalogue names → groups."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from groupkit.errors import (
    DeclarationError,
    FileFormatError,
    GroupkitError,
    NotSplitError,
    UnknownNameError,
)
from groupkit.groups import catalog
from groupkit.split_group import SplitGroup

DATA: Final = (".json", ".toml")
INSTALLED: Final = "--installed"
"""The target of all groups that plug-ins add to the catalogue."""
_MACHINERY: Final = frozenset({"importlib", "jaxtyping", "beartype"})
HELP: Final = (
    "a name of the catalogue, as groupkit list has them; a module, a .py file, module:object or "
    "file.py:object (these are imported, so their code runs); or a .json or .toml declaration "
    "(nothing in it is executed)"
)


class TargetError(GroupkitError):
    """A target could not be read, or has no group in it."""

    law = "a target is a module, a file, module:object or a name of the catalogue"
    file: str | None = None
    line: int = 1


class BrokenDeclarationError(TargetError):
    """A declaration in the target is refused while it is read: a law is broken there."""

    law = "a declaration is one of a group"
    place: str = ""


@dataclass(frozen=True)
class Located:
    """A group, and where it was found."""

    group: SplitGroup
    place: str
    """For people: ``my_groups.py:p3m1``."""
    file: str | None = None
    line: int = 1


def find_groups(target: str) -> list[Located]:
    """Return all groups in a target, in the order in which it names them.

    Raises
    ------
    TargetError
        If it cannot be read, or has no group in it.
    BrokenDeclarationError
        If a declaration in it is refused.
    """
    if target == INSTALLED:
        return _installed()
    path, _, wanted = _split(target)
    if path.suffix.lower() in DATA:
        return [_read_data(path)]
    if path.suffix != ".py" and not wanted:
        try:
            return [Located(catalog[target], f"catalogue:{target}")]
        except NotSplitError as error:
            raise TargetError(error.message, witness=target) from error
        except UnknownNameError:
            pass  # then it is a module
    module = _import_file(path) if path.suffix == ".py" else _import_module(str(path))
    try:
        return _groups_of(module, target, path, wanted)
    except GroupkitError:
        raise
    except Exception as error:  # a lazy object of the user's may raise anything when looked at
        raise _failed(error, target) from error


def _installed() -> list[Located]:
    """Return the groups that other packages add to the catalogue."""
    found = [Located(group, f"catalogue:{name}") for name, group in catalog.registered().items()]
    if not found:
        raise TargetError(
            "no installed package adds groups to the catalogue; one does by an entry point of "
            "the group groupkit.groups",
            witness=INSTALLED,
        )
    return found


def _groups_of(module: ModuleType, target: str, path: Path, wanted: str) -> list[Located]:
    """Return the groups of an imported module, or of the object in it that is wanted."""
    file = getattr(module, "__file__", None)
    lines = _lines_of_names(file)
    if wanted:
        return _wanted(module, wanted, target, file, lines)
    found = [
        Located(group, f"{path}:{name}", file, lines.get(name.split("[")[0], 1))
        for name, group in _members(vars(module))
    ]
    if not found:
        names = [name for name in vars(module) if not name.startswith("_")]
        raise TargetError(
            f"{target} has no SplitGroup among its {len(names)} names "
            f"({', '.join(names[:8]) or 'none'}); declare one at the top level of the module",
            witness=target,
        )
    return found


def _split(target: str) -> tuple[Path, str, str]:
    """Return path and object of a target; a drive letter's colon is part of the path."""
    head, colon, tail = target.rpartition(":")
    if len(head) > 1 and "/" not in tail and "\\" not in tail:
        return Path(head), colon, tail
    return Path(target), "", ""


def _wanted(
    module: ModuleType, wanted: str, target: str, file: str | None, lines: Mapping[str, int]
) -> list[Located]:
    """Return the groups of ``module:object``: a group, or a collection of groups."""
    value: Any = module
    for part in wanted.split("."):
        if not hasattr(value, part):
            raise TargetError(
                f"{target.removesuffix(f':{wanted}')} has no {wanted!r}; its groups are "
                f"{', '.join(name for name, _ in _members(vars(module))) or 'none'}",
                witness=target,
            )
        value = getattr(value, part)
    found = [
        Located(
            group,
            f"{target}{name[len(wanted) :]}",
            file,
            lines.get(wanted.split(".", maxsplit=1)[0], 1),
        )
        for name, group in _members({wanted: value})
    ]
    if not found:
        raise TargetError(
            f"{target} is {type(value).__name__}, not a SplitGroup or a collection of them; name "
            "an object that is one",
            witness=target,
        )
    return found


def _members(names: Mapping[str, Any]) -> list[tuple[str, SplitGroup]]:
    """Return the groups among values, and in collections of them, each object once."""
    found: list[tuple[str, SplitGroup]] = []
    for name, value in names.items():
        inside: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, SplitGroup):
            inside = [("", value)]
        elif isinstance(value, Mapping) and not name.startswith("__"):
            inside = [(f"[{key!r}]", item) for key, item in value.items()]
        elif isinstance(value, list | tuple):
            inside = [(f"[{i}]", item) for i, item in enumerate(value)]
        for where, item in inside:
            if isinstance(item, SplitGroup) and not any(item is known for _, known in found):
                found.append((f"{name}{where}", item))
    return found


def _read_data(path: Path) -> Located:
    if not path.is_file():
        raise _no_file(path)
    try:
        return Located(SplitGroup.load(path), str(path), str(path))
    except FileFormatError as error:
        raise TargetError(str(error), witness=str(path)) from error
    except DeclarationError as error:
        raise _refused(error, str(path), str(path), 1) from error
    except GroupkitError as error:
        raise TargetError(f"{path}: {error}", witness=str(path)) from error


def _import_module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise TargetError(
            f"{_not_in_catalogue(name)}; and there is no file {name!r}; give {HELP}",
            witness=name,
        )
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # as python -m does
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise TargetError(
                f"{_not_in_catalogue(name)}; and there is no module {name!r}; give {HELP}",
                witness=name,
            ) from error
        raise _failed(error, name) from error
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise _failed(error, name) from error


def _not_in_catalogue(name: str) -> str:
    """Return what the catalogue says of a name that it does not have: the nearest ones."""
    try:
        return f"the catalogue has {catalog.record(name).name}"
    except UnknownNameError as error:
        return error.message


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise _no_file(path)
    root = path.resolve().parent
    while (root / "__init__.py").is_file():
        root = root.parent
    if root != path.resolve().parent:  # part of a package: imported as that part
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
        inside = path.resolve().relative_to(root).with_suffix("")
        return _import_module(".".join(inside.parts).removesuffix(".__init__"))
    name = f"groupkit_target_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{path} cannot be imported; give a .py file", witness=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent.resolve()))  # as python FILE does
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise _failed(error, str(path)) from error
    finally:
        sys.path.remove(str(path.parent.resolve()))
    return module


def _no_file(path: Path) -> TargetError:
    where = "" if path.is_absolute() else f" in {Path.cwd()}"
    return TargetError(f"there is no file {path}{where}; give {HELP}", witness=str(path))


def _failed(error: BaseException, target: str) -> TargetError:
    """Return what an exception of the user's code means: a broken law, or a broken module."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _theirs(frame)]
    file, line = (frames[-1].filename, frames[-1].lineno) if frames else (None, 1)
    if isinstance(error, SyntaxError):
        file, line = error.filename, error.lineno
    if isinstance(error, DeclarationError):
        return _refused(error, target, file, line)
    listed = traceback.format_list(frames)
    said = traceback.format_exception_only(error)
    failed = TargetError(
        f"{target} cannot be imported; its own error is:\n"
        + "".join(["Traceback (of your code only):\n", *listed, *said]).rstrip(),
        witness=f"{type(error).__name__}: {error}",
    )
    failed.file, failed.line = file, line or 1
    return failed


def _refused(
    error: DeclarationError, place: str, file: str | None, line: int | None
) -> BrokenDeclarationError:
    """Return the error for a declaration that a constructor refuses."""
    broken = BrokenDeclarationError(f"{error} (law: {error.law})", witness=error.witness)
    broken.place, broken.file, broken.line = place, file, line or 1
    return broken


def _theirs(frame: traceback.FrameSummary) -> bool:
    """Return whether a frame is the user's code, not the import system's or ours."""
    own = Path(__file__).parents[1]
    path = Path(frame.filename)
    if not path.is_file() or path.is_relative_to(own):  # "<frozen importlib>" is no file
        return False
    return _MACHINERY.isdisjoint(path.parts)


def _lines_of_names(file: str | None) -> dict[str, int]:
    """Return the lines at which a source file assigns its top-level names."""
    if file is None or not file.endswith(".py"):
        return {}
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    lines: dict[str, int] = {}
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for one in targets:
                for name in ast.walk(one):
                    if isinstance(name, ast.Name):
                        lines.setdefault(name.id, statement.lineno)
    return lines
