"""Whatever is declared, only exceptions of our own come out, each within a second.

``GROUPKIT_FUZZ=100000 pytest tests/test_fuzz.py -m slow`` looks at that many more examples, new
ones each time; docs/validation.md records a long run.
"""

import functools
import json
import math
import os
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, given, settings, strategies as st

import groupkit as gk
from groupkit.commands.targets import TargetError, find_groups
from tests.known_groups import SHIPPED
from tests.stopwatch import within

pytestmark = pytest.mark.untyped
MANY = int(os.environ.get("GROUPKIT_FUZZ", "5000"))  # examples of each slow test
quick = settings(max_examples=100, suppress_health_check=list(HealthCheck))
thorough = settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=False,
    database=None,
)

huge = st.sampled_from([2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 2**63, 2**64, 10**40])
small = st.integers(-2, 2)
odd = st.one_of(
    huge,
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.sampled_from([1j, Fraction(1, 2), Fraction(3), sympy.Symbol("x"), sympy.pi, np.int8(1)]),
    st.sampled_from([sympy.zoo, sympy.nan, sympy.Rational(1, 3), np.float32(1), b"1", {}, set()]),
)
entries = st.one_of(small, small, small, odd)


def matrices_of(entry: st.SearchStrategy[Any], rows: int, columns: int) -> st.SearchStrategy[Any]:
    """Return nested lists, numpy arrays or sympy matrices of entries."""
    row = st.lists(entry, min_size=columns, max_size=columns)
    nested = st.lists(row, min_size=rows, max_size=rows)
    return st.one_of(nested, nested.map(lambda m: _or(m, np.array)), nested.map(_sympy))


def _or(value: Any, convert: Callable[[Any], Any]) -> Any:
    try:
        return convert(value)
    except Exception:  # noqa: BLE001 - numpy and sympy refuse some: then the lists will do
        return value


def _sympy(value: Any) -> Any:
    return _or(value, sympy.Matrix)


shapes = st.tuples(st.integers(0, 4), st.integers(0, 4))
any_matrix = st.one_of(
    st.integers(1, 3).flatmap(lambda d: matrices_of(small, d, d)),
    shapes.flatmap(lambda shape: matrices_of(entries, *shape)),
    odd,
    st.recursive(entries, lambda inner: st.lists(inner, max_size=3), max_leaves=10),
)
shipped = st.sampled_from([m.tolist() for g in SHIPPED for m in g.stabilizer.matrices])
lists_of_matrices = st.one_of(
    st.lists(st.one_of(shipped, any_matrix), max_size=8), st.lists(shipped, max_size=13), any_matrix
)
names = st.one_of(
    st.sampled_from(["m", "r", "s", "u", "t", "", "a b", "lambda"]), st.text(max_size=3), odd
)
hashable_names = names.filter(lambda name: not isinstance(name, dict | set))
axes = st.one_of(
    st.dictionaries(hashable_names, st.one_of(st.integers(-1, 7), odd), max_size=3),
    st.lists(st.tuples(hashable_names, small), max_size=2),
    odd,
)
lattices = st.one_of(
    st.none(), st.sampled_from(["square", "hexagonal", "oblique", "cubic", "squrae"]), odd
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=15,
)
keys = st.sampled_from(
    ["name", "axes", "matrices", "generators", "lattice", "dimension", "nmae", "gram", "forms"]
)
documents = st.one_of(
    st.fixed_dictionaries(
        {"name": st.one_of(st.just("g"), json_values)},
        optional={
            "axes": st.one_of(axes, json_values),
            "matrices": st.one_of(lists_of_matrices, json_values),
            "generators": st.one_of(
                st.dictionaries(hashable_names, any_matrix, max_size=3), json_values
            ),
            "lattice": st.one_of(
                lattices,
                st.fixed_dictionaries(
                    {"name": json_values, "gram": any_matrix}, optional={"forms": any_matrix}
                ),
            ),
            "dimension": st.one_of(small, json_values),
        },
    ),
    st.dictionaries(keys, json_values, max_size=4),
    json_values,
)


def ours(declare: Callable[[], Any]) -> None:
    """Run something that may raise exceptions of our own, but no others."""
    group, message = None, "none"
    try:
        group = declare()
    except gk.GroupkitError as error:
        message = f"{error}{error.law}"
    assert message
    if isinstance(group, gk.SplitGroup):  # it was accepted: then it is a group
        assert group.verify(kernel_sizes=())
        assert gk.SplitGroup.from_dict(group.to_dict()) == group


def within_a_second(function: Callable[..., None]) -> Callable[..., None]:
    """Return a test that also fails for an example that takes more than a second."""

    @functools.wraps(function)
    def timed(**drawn: Any) -> None:
        with within(1):
            function(**drawn)

    return timed


def from_matrices(matrices: Any, given_axes: Any, lattice: Any) -> None:
    ours(lambda: gk.SplitGroup.from_matrices("fuzz", matrices, given_axes, lattice))


def from_generators(generators: Any, lattice: Any, dimension: Any) -> None:
    ours(lambda: gk.SplitGroup.from_generators("fuzz", generators, lattice, dimension))


def from_callable(given_axes: Any, values: list[Any], index: Any) -> None:
    def matrix(**indices: Any) -> Any:
        return values[sum(indices.values()) % len(values)]

    ours(lambda: gk.SplitGroup("fuzz", given_axes, matrix, index))


def from_document(document: Any) -> None:
    ours(lambda: gk.SplitGroup.from_dict(document))


def from_table(table: Any) -> None:
    ours(lambda: gk.FiniteGroup.from_table(table))


def from_permutations(permutations: Any) -> None:
    ours(lambda: gk.FiniteGroup.from_permutations(permutations))
    ours(lambda: gk.FiniteGroup.from_generators(permutations))


def use(group: gk.SplitGroup, value: Any) -> None:
    ours(lambda: group.window(value))
    ours(lambda: group.window_of_points(value))
    ours(lambda: group.filter_bank(value))
    ours(lambda: group.feature_type(value))
    ours(lambda: group.element(r=value, t=value))
    ours(lambda: group.from_matrix(value))
    ours(lambda: group.stabilizer.left_cosets(value))
    ours(lambda: group.action(0, value))
    ours(lambda: gk.Lattice.from_gram("fuzz", value))
    ours(lambda: gk.Lattice.named(value))


FUZZ: dict[str, tuple[Callable[..., None], tuple[st.SearchStrategy[Any], ...]]] = {
    "from_matrices": (from_matrices, (lists_of_matrices, st.one_of(st.none(), axes), lattices)),
    "from_generators": (
        from_generators,
        (
            st.one_of(
                st.dictionaries(hashable_names, any_matrix, max_size=3), lists_of_matrices, odd
            ),
            lattices,
            st.one_of(st.none(), small, odd),
        ),
    ),
    "a callable": (
        from_callable,
        (
            axes,
            st.lists(st.one_of(shipped, any_matrix), min_size=1, max_size=6),
            st.one_of(st.none(), st.sampled_from([dict, len, lambda _: {"r": 0}]), odd),
        ),
    ),
    "from_dict": (from_document, (documents,)),
    "from_table": (from_table, (any_matrix,)),
    "from_permutations": (
        from_permutations,
        (st.one_of(st.lists(st.permutations(range(4)), max_size=4), any_matrix),),
    ),
    "use": (
        use,
        (
            st.sampled_from(SHIPPED),
            st.one_of(any_matrix, st.lists(entries, max_size=3), odd),
        ),
    ),
}


@pytest.mark.parametrize("name", FUZZ)
def test_only_exceptions_of_our_own(name: str) -> None:
    function, strategies = FUZZ[name]
    quick(given(*strategies)(within_a_second(function)))()


@pytest.mark.slow
@pytest.mark.parametrize("name", FUZZ)
def test_only_exceptions_of_our_own_in_many_examples(name: str) -> None:
    function, strategies = FUZZ[name]
    thorough(given(*strategies)(within_a_second(function)))()


@quick
@given(documents, st.sampled_from([".json", ".toml"]), st.binary(max_size=40), st.booleans())
def test_files(
    tmp_path_factory: pytest.TempPathFactory, document: Any, kind: str, raw: bytes, valid: bool
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"group{kind}"
    try:
        text = json.dumps(document).encode() if valid else raw
    except (TypeError, ValueError):  # complex numbers, sets and the like are not JSON
        text = raw
    path.write_bytes(text)
    with within(1):
        ours(lambda: gk.SplitGroup.load(path))
        with suppress(TargetError):
            find_groups(str(path))


def cyclic_dict() -> Any:
    document: dict[str, Any] = {"name": "cyclic"}
    document["matrices"] = [document]
    document["lattice"] = document
    return document


def cyclic_list() -> Any:
    inner: list[Any] = []
    inner.append(inner)
    return {"name": "cyclic", "matrices": inner, "axes": inner}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "document",
    [
        cyclic_dict(),
        cyclic_list(),
        {"name": "deep", "matrices": deep(5000)},
        {"name": "deep", "generators": {"r": deep(5000)}},
        {"name": "deep", "matrices": [[[1]]], "lattice": {"name": "x", "gram": deep(5000)}},
        {"name": "wide", "matrices": [[[1] * 300] * 300]},
        {"name": "many", "matrices": [[[1]]] * 20000},
        {"name": "high", "matrices": [[[int(i == j) for i in range(60)] for j in range(60)]]},
        {"name": "axes", "matrices": [[[1]]], "axes": {f"a{i}": 1 for i in range(100)}},
        {"name": "axes", "matrices": [[[1]]], "axes": {"s": 10**30}},
        {"name": "huge", "generators": {"r": [[10**5000, 1], [-1, 0]]}},
        {"name": "inf", "generators": {"r": [[math.inf, 1], [-1, 0]]}},
        {"name": "p1", "generators": {}, "dimension": 10**9},
        {"name": "p1", "generators": {}, "dimension": 300},
    ],
    ids=lambda document: (
        f"{document['name']}-{'-'.join(list(document)[1:])}"
        + str(len(str(document.get("dimension", ""))))
        + str(len(str(document.get("axes", ""))))
    ),
)
def test_hostile_documents(document: Any) -> None:
    with within(3):  # a second on an idle machine
        ours(lambda: gk.SplitGroup.from_dict(document))


def test_hostile_files(tmp_path: Path) -> None:
    texts = {
        "deep.json": "[" * 100_000,
        "deep_object.json": '{"a":' * 50_000 + "1" + "}" * 50_000,
        "deep.toml": "a = " + "[" * 50_000,
        "digits.json": '{"name": "x", "matrices": [[[' + "9" * 6000 + "]]]}",
        "duplicate.json": '{"name": "x", "name": "y"}',
        "nan.json": '{"name": "x", "matrices": [[[NaN]]]}',
        "utf16.json": '{"name": "x"}'.encode("utf-16").decode("latin-1"),
        "empty.json": "",
        "empty.toml": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        ours(lambda path=path: gk.SplitGroup.load(path))
    ours(lambda: gk.SplitGroup.load(tmp_path))
    ours(lambda: gk.SplitGroup.load("\0.json"))


def test_a_foreign_exception_is_noticed() -> None:
    def fail() -> None:
        raise KeyError("foreign")

    with pytest.raises(KeyError):
        ours(fail)
