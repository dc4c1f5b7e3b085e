"""The generators of a graph: different elements, none the identity, each with a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from groupkit.errors import GeneratorsError, TooLargeError, brief
from groupkit.finite_group import FiniteGroup
from groupkit.graphs.names import axis_generators, element_names
from groupkit.integers import listed
from groupkit.stabilizer import Stabilizer

Generators = Mapping[str, Any] | Iterable[Any] | None
"""Elements by name, or elements, or None: the axes, or else a small generating set."""

Side = Literal["left", "right"]

MOST_EDGES: Final = 500_000


def read_generators(group: FiniteGroup, generators: Generators) -> dict[str, int]:
    """Return the generators of a graph, name → element, checked.

    Raises
    ------
    ElementError
        If one is no element of the group.
    GeneratorsError
        If one is the identity, or two are equal.
    """
    if generators is None:
        known = axis_generators(group)
        if known is None:
            generators = group.generators
        else:
            return known
    if isinstance(generators, Mapping):
        chosen = {str(name): _number(group, element) for name, element in generators.items()}
        check_distinct({name: (element,) for name, element in chosen.items()}, (group.identity,))
        return chosen
    names = element_names(group)
    numbers = [_number(group, element) for element in listed(generators, "generators")]
    check_distinct([(names[a], (a,)) for a in numbers], (group.identity,))
    return {names[a]: a for a in numbers}


def _number(group: FiniteGroup, element: Any) -> int:
    if isinstance(element, Mapping) and isinstance(group, Stabilizer):
        return int(group.index_of(**element))
    return group.number(element)


def check_distinct(
    generators: Mapping[str, Any] | Iterable[tuple[str, Any]], identity: Any
) -> None:
    """Raise GeneratorsError if an element is the identity, or two elements are equal."""
    seen: dict[Any, str] = {}
    pairs = generators.items() if isinstance(generators, Mapping) else generators
    for name, element in pairs:
        if element == identity:
            raise GeneratorsError(
                f"the generator {brief(name)} is the identity, which joins every element to "
                "itself; leave it out",
                witness=name,
            )
        if element in seen:
            raise GeneratorsError(
                f"the generators {brief(seen[element])} and {brief(name)} are the same element; "
                "leave one out",
                witness=(seen[element], name),
            )
        seen[element] = name


def check_side(side: Any) -> None:
    """Raise GeneratorsError unless a side is "left" or "right"."""
    if side not in ("left", "right"):
        raise GeneratorsError(
            f"{brief(side)} is no side; generators multiply from the 'left', s → as, or from the "
            "'right', s → sa",
            witness=side,
        )


def check_size(edges: int, what: str) -> None:
    """Raise TooLargeError if a graph would have more than 500,000 edges."""
    if edges > MOST_EDGES:
        raise TooLargeError(
            f"{what} has {edges} edges, more than {MOST_EDGES}, which is the limit; choose fewer "
            "generators",
            witness=edges,
        )
