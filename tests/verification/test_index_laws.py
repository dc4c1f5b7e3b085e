"""Index ↔ element, the user's inverse map and composition: proved, or refuted where wrong."""

import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from sympy import Matrix, Mod, atan2, cos, pi, sin

import groupkit as gk
from groupkit.verification.element_law import element_arrays
from groupkit.verification.index_laws import index_bijection, index_map, number_of
from groupkit.verification.subject import Subject
from tests.known_groups import SHIPPED
from tests.verification.subjects import subject_of

Indices = dict[str, Any]


def matrix(m: Any, r: Any) -> Matrix:
    """Return the paper's p4m matrix, in closed form."""
    turn = Matrix([[cos(r * pi / 2), -sin(r * pi / 2)], [sin(r * pi / 2), cos(r * pi / 2)]])
    return Matrix([[(-1) ** m, 0], [0, 1]]) * turn


def by_atan2(M: Matrix) -> Indices:
    """Return the paper's inverse map: m = (1 - det)/2, r by atan2."""
    return {"m": (1 - M.det()) / 2, "r": Mod(atan2(M[1, 0], M[1, 1]) * 2 / pi, 4)}


def by_float_atan2(M: Matrix) -> Indices:
    angle = math.atan2(float(M[1, 0]), float(M[1, 1]))
    return {"m": round((1 - float(M.det())) / 2), "r": round(angle * 2 / math.pi) % 4}


def compose(one: Indices, other: Indices) -> Indices:
    """Return the composition of p4m in integers, translations included."""
    sign, r = (-1) ** one["m"], one["r"]
    return {
        "m": (one["m"] + other["m"]) % 2,
        "r": ((-1) ** other["m"] * r + other["r"]) % 4,
        "u": one["u"] + sign * (cos(r * pi / 2) * other["u"] - sin(r * pi / 2) * other["v"]),
        "v": one["v"] + sin(r * pi / 2) * other["u"] + cos(r * pi / 2) * other["v"],
    }


def p4m(
    index: Callable[[Any], Any] | None = by_atan2,
    composition: Callable[[Any, Any], Any] | None = compose,
) -> gk.SplitGroup:
    return gk.SplitGroup(
        "p4m", {"m": 2, "r": 4}, matrix, index=index, lattice="square", compose=composition
    )


@pytest.mark.parametrize("group", SHIPPED, ids=lambda g: g.name)
def test_bijection_holds(group: gk.SplitGroup) -> None:
    assert index_bijection(subject_of(group)).status == "proved"
    assert element_arrays(subject_of(group)).status == "proved"


def one_too_many(subject: Subject, indices: dict[str, int]) -> int:
    return (number_of(subject, indices) + 1) % subject.order


def column_major(subject: Subject, number: int) -> dict[str, int]:
    return {"m": number % 2, "r": number // 2}


def test_an_index_off_by_one_is_refuted() -> None:
    found = index_bijection(subject_of(gk.p4m), number=one_too_many)
    assert found.status == "refuted"


def test_another_storage_order_is_refuted() -> None:
    found = index_bijection(subject_of(gk.p4m), indices=column_major)
    assert found.status == "refuted"


def test_a_consistent_shift_of_both_maps_is_a_bijection_too() -> None:
    def back(subject: Subject, number: int) -> dict[str, int]:
        return subject.indices((number - 1) % subject.order)

    assert index_bijection(subject_of(gk.p4m), one_too_many, back).status == "proved"


@pytest.mark.parametrize("index", [by_atan2, by_float_atan2])
def test_the_inverse_maps_of_the_paper_are_proved(index: Callable[[Any], Any]) -> None:
    group = p4m(index)
    assert group == gk.p4m
    assert group.verify()["index map"].status == "proved"


WRONG_MAPS: dict[str, Callable[[Any], Any]] = {
    "off by one": lambda M: by_atan2(M) | {"r": Mod(by_atan2(M)["r"] + 1, 4)},
    "two indices swapped": lambda M: (
        by_atan2(M) | {"r": {1: 2, 2: 1}.get(int(by_atan2(M)["r"]), by_atan2(M)["r"])}
    ),
    "sign of the angle": lambda M: by_atan2(M) | {"r": Mod(-by_atan2(M)["r"], 4)},
    "out of range": lambda M: by_atan2(M) | {"r": by_atan2(M)["r"] - 4},
    "an axis missing": lambda M: {"m": by_atan2(M)["m"]},
    "nothing": lambda _: None,
    "raises": lambda _: {}["x"],
}


@pytest.mark.parametrize("name", WRONG_MAPS)
def test_a_wrong_inverse_map_is_refuted_and_refused(name: str) -> None:
    broken = subject_of(gk.p4m, matrix=matrix, index=WRONG_MAPS[name])
    assert index_map(broken).status == "refuted"
    with pytest.raises(gk.GroupkitError) as caught:
        p4m(WRONG_MAPS[name])
    assert isinstance(caught.value, ValueError)


def test_a_matrix_that_changed_since_the_declaration_is_refuted() -> None:
    other = subject_of(gk.p4m, matrix=lambda m, r: matrix(m, -r), index=lambda _: {"m": 0, "r": 0})
    assert index_map(other).status == "refuted"


def test_a_composition_is_proved_with_its_translations() -> None:
    found = p4m().verify()["composition of indices"]
    assert found.status == "proved"
    assert "64 pairs, indices and translations" in found.method


def test_a_composition_of_the_stabilizer_alone_is_proved() -> None:
    def of_indices(one: Indices, other: Indices) -> Indices:
        whole = compose(one, other)
        return {"m": whole["m"], "r": whole["r"]}

    found = p4m(composition=of_indices).verify()["composition of indices"]
    assert found.status == "proved"
    assert "no translations" in found.method


WRONG_COMPOSITIONS: dict[str, Callable[[Any, Any], Any]] = {
    "no sign": lambda i, j: compose(i, j) | {"r": (i["r"] + j["r"]) % 4},
    "not reduced": lambda i, j: compose(i, j) | {"m": i["m"] + j["m"]},
    "other side": lambda i, j: compose(j, i),
    "translations added": lambda i, j: compose(i, j) | {"u": i["u"] + j["u"]},
    "one translation missing": lambda i, j: {k: v for k, v in compose(i, j).items() if k != "v"},
    "translation is no number": lambda i, j: compose(i, j) | {"u": "u"},
    "an axis missing": lambda i, j: {"m": compose(i, j)["m"]},
    "a strange key": lambda i, j: compose(i, j) | {"q": 0},
    "no dict": lambda *_: 3,
    "raises": lambda i, _: i["x"],
    "translations now and then": lambda i, j: (
        compose(i, j) if i["m"] else {k: compose(i, j)[k] for k in "mr"}
    ),
}


@pytest.mark.parametrize("name", WRONG_COMPOSITIONS)
def test_a_wrong_composition_is_refuted(name: str) -> None:
    report = p4m(composition=WRONG_COMPOSITIONS[name]).verify()
    assert [law.name for law in report.refuted] == ["composition of indices"]
    with pytest.raises(gk.GroupkitError, match="composition of indices"):
        report.raise_if_refuted()


def test_the_callables_are_left_behind_by_pickle() -> None:
    group = pickle.loads(pickle.dumps(gk.SplitGroup("p1", {"s": 1}, lambda **_: [[1, 0], [0, 1]])))
    for name in ("index map", "closed form", "composition of indices"):
        law = group.verify()[name]
        assert law.status == "not applicable"
        assert "pickle" in law.method


def test_elements_that_add_translations_are_refuted() -> None:
    class Direct(gk.Elements):
        __slots__ = ()

        def __matmul__(self, other: gk.Elements) -> gk.Elements:
            product = super().__matmul__(other)
            added = self.translation + other.translation
            return gk.Elements(self.stabilizer, product.index, added)

        def __getitem__(self, key: Any) -> "Direct":
            part = super().__getitem__(key)
            return Direct(part.stabilizer, part.index, part.translation)

    assert element_arrays(subject_of(gk.p4), Direct).status == "refuted"
    assert element_arrays(subject_of(gk.p1), Direct).status == "proved"


def test_elements_with_a_wrong_inverse_are_refuted() -> None:
    class Careless(gk.Elements):
        __slots__ = ()

        def inverse(self) -> gk.Elements:
            right = super().inverse()
            return gk.Elements(right.stabilizer, right.index, -self.translation)

    assert element_arrays(subject_of(gk.p4), Careless).status == "refuted"
