import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st

import groupkit as gk
from groupkit import FeatureType, errors
from tests.known_groups import NAMES, declared

P4 = gk.p4.stabilizer


@given(st.sampled_from(NAMES), st.data())
def test_cosets_are_acted_on_from_the_left(name: str, data: st.DataObject) -> None:
    stabilizer = declared(name).stabilizer
    elements = st.lists(st.integers(0, len(stabilizer) - 1), max_size=2)
    kind = FeatureType.of(stabilizer, stabilizer.subgroup(data.draw(elements)))
    table = stabilizer.cayley_table
    for a in stabilizer:
        for s in stabilizer:  # well defined: the same for every s of a coset
            assert kind.action[a, kind.cosets.index_of[s]] == kind.cosets.index_of[table[a, s]]
        assert sorted(kind.action[a]) == list(range(kind.size))
    assert kind.size * len(kind.subgroup) == len(stabilizer)


@pytest.mark.parametrize("group", [gk.p1, gk.p4, gk.p6m])
def test_the_named_types(group: gk.SplitGroup) -> None:
    regular, planar = (FeatureType.of(group.stabilizer, name) for name in ("regular", "planar"))
    assert (regular.size, regular.has_axis, str(regular)) == (group.order, True, "regular")
    assert (planar.size, planar.has_axis, str(planar)) == (1, False, "planar")
    assert len(planar.subgroup) == group.order
    np.testing.assert_array_equal(regular.action, group.stabilizer.cayley_table)
    assert planar.array_shape((3, 4)) == (3, 4)
    assert regular.array_shape((3, 4)) == (group.order, 3, 4)  # also for p1: an axis of length 1


def test_functions_on_cosets_of_everything_keep_their_axis() -> None:
    whole = FeatureType.of(P4, range(4))
    assert (whole.size, whole.has_axis) == (1, True)
    assert whole != FeatureType.of(P4, "planar")
    assert whole.array_shape((5,)) == (1, 5)


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("declared_as", "kind", "message"),
    [
        ("regulr", errors.FeatureTypeError, "'regulr' is no feature type; did you mean 'regular'"),
        ("x", errors.FeatureTypeError, "'x' is no feature type; use"),
        (None, errors.FeatureTypeError, "None is no feature type; use"),
        (3, errors.FeatureTypeError, "3 is no feature type; use"),
        ([0, 1], errors.NotASubgroupError, "not a subgroup: 1·1 = 2"),
        ([], errors.NotASubgroupError, "empty"),
        ([0, 9], errors.ElementError, "9 is not an element"),
        (gk.p4m.feature_type("regular"), errors.FeatureTypeError, "belongs to .* not to"),
        (gk.p4m.subgroup(1), errors.ElementError, "of another group"),
    ],
)
def test_what_is_no_type(
    declared_as: object, kind: type[errors.GroupkitError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        FeatureType.of(P4, declared_as)  # type: ignore[arg-type]


def test_values() -> None:
    kind = FeatureType.of(P4, P4.subgroup([2]))
    assert FeatureType.of(P4, kind) is kind
    for again in (
        FeatureType.of(P4, [2, 0]),
        copy.deepcopy(kind),
        pickle.loads(pickle.dumps(kind)),
    ):
        assert again == kind
        assert hash(again) == hash(kind)
    assert repr(kind) == "FeatureType('function on G/H with |H| = 2, 2 cosets')"
    assert not kind.action.flags.writeable
    with pytest.raises(AttributeError, match="cannot assign"):
        kind.has_axis = False  # type: ignore[misc]
