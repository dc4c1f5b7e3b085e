"""The symbolic laws of G hold for right formulas and are refuted for wrong ones."""

from dataclasses import replace

import numpy as np
import pytest

import groupkit as gk
from groupkit.verification import group_laws as laws, motions
from groupkit.verification.law import Claim
from groupkit.verification.motions import Formulas, Motion
from groupkit.verification.subject import Subject
from tests.known_groups import SHIPPED
from tests.verification.subjects import OCTAHEDRAL, subject_of

FOUR_D = gk.SplitGroup.from_generators(
    "4-d", [[[0, 0, 0, -1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]]
)


@pytest.mark.parametrize("law", laws.GROUP_LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("group", [*SHIPPED, OCTAHEDRAL, FOUR_D], ids=lambda g: g.name)
def test_holds(law: Claim[[Subject]], group: gk.SplitGroup) -> None:
    found = law(subject_of(group))
    assert found.status == "proved", found
    assert found.proof


def translations_added(g: Motion, h: Motion) -> Motion:
    """Forget that s moves t': the direct product."""
    return replace(motions.product(g, h), translation=g.translation + h.translation)


def wrong_side(g: Motion, h: Motion) -> Motion:
    """Let the other element move."""
    return replace(motions.product(g, h), translation=h.linear * g.translation + h.translation)


def halved(g: Motion, h: Motion) -> Motion:
    return replace(motions.product(g, h), translation=motions.product(g, h).translation / 2)


def negated(g: Motion) -> Motion:
    """Return (-t, s⁻¹), which forgets M(s⁻¹)."""
    return replace(motions.inverse(g), translation=-g.translation)


def moved_first(g: Motion, x: object) -> object:
    return g.linear * (x + g.translation)


def pushed(g: Motion, f: motions.Field) -> motions.Field:
    """Return x ↦ f(gx), which is a right action."""
    return lambda x: f(motions.act(g, x))


def shifted(g: Motion, f: motions.Field) -> motions.Field:
    """Return x ↦ f(g⁻¹x + 1)."""
    one = motions.Matrix.ones(g.linear.rows, 1)
    return lambda x: f(motions.act(motions.inverse(g), x) + one)


WRONG = {
    "translations added": (laws.composition, Formulas(product=translations_added), "g = "),
    "wrong side": (laws.composition, Formulas(product=wrong_side), "h = "),
    "not integer": (laws.composition, Formulas(product=halved), "need not be an integer"),
    "halved": (laws.associativity, Formulas(product=halved), "differ by"),
    "halved identity": (laws.identity_of_group, Formulas(product=halved), "differ by"),
    "inverse negated": (laws.inverses_of_group, Formulas(inverse=negated), "differ by"),
    "inverse not normal": (laws.translations_normal, Formulas(inverse=negated), "differ by"),
    "halved factors": (laws.unique_factors, Formulas(product=halved), "differ by"),
    "act moved first": (laws.action_on_points, Formulas(act=moved_first), "differ by"),
    "act with wrong product": (laws.action_on_points, Formulas(product=wrong_side), "differ by"),
    "f(gx)": (laws.action_on_functions, Formulas(pull_back=pushed), "differ by"),
    "f(g⁻¹x + 1)": (laws.action_on_functions, Formulas(pull_back=shifted), "L_1 f"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("group", [gk.p4, gk.p6m, OCTAHEDRAL], ids=lambda g: g.name)
def test_wrong_formula_is_refuted(name: str, group: gk.SplitGroup) -> None:
    law, formulas, witness = WRONG[name]
    found = law(subject_of(group), formulas)
    assert found.status == "refuted"
    assert witness in str(found.witness)


def test_a_formula_is_judged_for_the_group_at_hand() -> None:
    added = Formulas(product=translations_added)  # right where S is trivial
    assert laws.composition(subject_of(gk.p1), added).status == "proved"
    assert laws.composition(subject_of(gk.p2), added).status == "refuted"
    pushing = Formulas(pull_back=pushed)  # right where G is abelian
    assert laws.action_on_functions(subject_of(gk.p1), pushing).status == "proved"
    assert laws.action_on_functions(subject_of(gk.p2), pushing).status == "refuted"


P4 = subject_of(gk.p4)


@pytest.mark.parametrize(
    ("law", "broken"),
    [
        (laws.identity_of_group, P4.changed(identity=1)),
        (laws.inverses_of_group, P4.changed(inverses=np.arange(4))),
        (laws.translations_normal, P4.changed(inverses=np.arange(4))),
        (laws.action_on_functions, P4.changed(inverses=np.arange(4))),
        (laws.trivial_intersection, P4.changed(matrices=P4.matrices[[0, 1, 0, 3]])),
        (laws.trivial_intersection, P4.changed(identity=1)),
    ],
)
def test_wrong_data_is_refuted(law: Claim[[Subject]], broken: Subject) -> None:
    assert law(P4).status == "proved"
    assert law(broken).status == "refuted"
