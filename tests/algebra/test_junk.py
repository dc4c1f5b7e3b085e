"""Whatever is passed, an answer or an error of our own comes back."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

import groupkit as gk
from groupkit import algebra
from groupkit.errors import GroupkitError

S = gk.p4m.stabilizer
SQUARE = algebra.GSet.of_window(gk.p4m.window(3))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.sampled_from([np.int64(3), np.eye(2), sympy.eye(2), sympy.Symbol("a"), 1j, b"x", {1}])
    | st.sampled_from([S.subgroup([1]), gk.p6m.stabilizer.subgroup([1]), gk.p4, np.arange(8)]),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=9,
)  # fmt: skip

ONE_ARGUMENT: dict[str, Callable[[Any], object]] = {
    name: getattr(algebra, name)
    for name in (
        "all_subgroups",
        "centre",
        "character_table",
        "conjugacy_classes",
        "derived_series",
        "derived_subgroup",
        "direct_product",
        "exponent",
        "identify",
        "maximal_subgroups",
        "normal_subgroups",
        "real_irreps",
        "subgroup_classes",
    )
}
OF_A_GROUP: dict[str, Callable[[Any], object]] = {
    name: lambda junk, name=name: getattr(algebra, name)(S, junk)
    for name in (
        "centralizer",
        "conjugate_subgroups",
        "core",
        "index",
        "is_isomorphic",
        "is_normal",
        "isomorphism",
        "normal_closure",
        "normalizer",
        "projection",
        "quotient_group",
        "transversal",
    )
}
OTHERS: dict[str, Callable[[Any], object]] = {
    "is_transversal": lambda junk: algebra.is_transversal(S, [0], junk),
    "side": lambda junk: algebra.transversal(S, [0], junk),
    "decompose": algebra.decompose,
    "of_window": algebra.GSet.of_window,
    "semidirect_product": lambda junk: algebra.semidirect_product(S, gk.p4.stabilizer, junk),
    "Homomorphism": lambda junk: algebra.Homomorphism(S, S, junk),
    "Homomorphism of junk": lambda junk: algebra.Homomorphism(junk, S, [0]),
    "from_generators": lambda junk: algebra.Homomorphism.from_generators(S, S, junk),
    "GSet": lambda junk: algebra.GSet(gk.p2, junk),
    "GSet of junk": lambda junk: algebra.GSet(junk, [[0]]),
    "GSet with points": lambda junk: algebra.GSet(gk.p2, [[0, 1], [1, 0]], junk),
    "from_function": lambda junk: algebra.GSet.from_function(gk.p2, junk, lambda _, x: x),
    "from_function to junk": lambda junk: algebra.GSet.from_function(gk.p2, [0], lambda *_: junk),
    "of_cosets": lambda junk: algebra.GSet.of_cosets(S, junk),
    "orbit": SQUARE.orbit,
    "stabilizer": SQUARE.stabilizer,
    "act": lambda junk: SQUARE.act(junk, (0, 0)),
    "count_colourings": SQUARE.count_colourings,
    "call": algebra.projection(S, [0, 2]),
}
CALLS = ONE_ARGUMENT | OF_A_GROUP | OTHERS


@pytest.mark.untyped
@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=40)
@given(JUNK)
def test_junk_is_refused_with_an_error_of_our_own(name: str, junk: Any) -> None:
    with contextlib.suppress(GroupkitError):
        CALLS[name](junk)
