from typing import Any

import pytest

import groupkit as gk
from groupkit import algebra, errors
from groupkit.algebra.finite_part import finite_group, finite_part

ASKED_OF_FINITE_GROUPS = {
    "all_subgroups": (),
    "centralizer": (0,),
    "centre": (),
    "conjugate_subgroups": ([0],),
    "core": ([0],),
    "derived_series": (),
    "derived_subgroup": (),
    "direct_product": (),
    "exponent": (),
    "index": ([0],),
    "is_isomorphic": (gk.p4,),
    "is_normal": ([0],),
    "is_transversal": ([0], [0]),
    "isomorphism": (gk.p4,),
    "maximal_subgroups": (),
    "normal_closure": ([0],),
    "normal_subgroups": (),
    "normalizer": ([0],),
    "projection": ([0],),
    "quotient_group": ([0],),
    "semidirect_product": (gk.p4, []),
    "subgroup_classes": (),
    "transversal": ([0],),
}
ASKED_OF_THE_STABILIZER = ("character_table", "conjugacy_classes", "real_irreps")


@pytest.mark.parametrize("name", ASKED_OF_FINITE_GROUPS)
def test_infinite_requests_are_refused_with_the_finite_question(name: str) -> None:
    with pytest.raises(errors.InfiniteRequestError) as caught:
        getattr(algebra, name)(gk.p4m, *ASKED_OF_FINITE_GROUPS[name])
    assert "p4m = Z^2 ⋊ S are not a finite question" in str(caught.value)
    assert str(caught.value).endswith(
        "ask for those of its stabilizer S, the finite group that is group.stabilizer"
    )
    assert caught.value.witness == "p4m"


@pytest.mark.parametrize("name", ASKED_OF_FINITE_GROUPS)
def test_the_finite_question_has_an_answer(name: str) -> None:
    arguments = [
        argument.stabilizer if isinstance(argument, gk.SplitGroup) else argument
        for argument in ASKED_OF_FINITE_GROUPS[name]
    ]
    if name == "semidirect_product":
        arguments = [gk.p4.stabilizer, [range(8)] * 4]
    assert getattr(algebra, name)(gk.p4m.stabilizer, *arguments) is not NotImplemented


@pytest.mark.parametrize("name", ASKED_OF_THE_STABILIZER)
def test_questions_about_the_quotient_by_translations(name: str) -> None:
    function = getattr(algebra, name)
    assert function(gk.p4m) == function(gk.p4m.stabilizer)


def test_finite_part() -> None:
    assert finite_part(gk.p6) is finite_group(gk.p6.stabilizer, "x") is gk.p6.stabilizer


@pytest.mark.untyped
@pytest.mark.parametrize("junk", [None, "p4m", 3, [[0]], gk.p4m.stabilizer.subgroup()])
def test_what_is_no_group_is_refused(junk: Any) -> None:
    for name in (*ASKED_OF_THE_STABILIZER, "identify", "all_subgroups", "centre"):
        with pytest.raises(errors.ElementError, match="is no group; give a FiniteGroup"):
            getattr(algebra, name)(junk)
