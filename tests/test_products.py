"""S × K with K internal: the formulas take products from the table and geometry from M."""

import copy
import itertools
import pickle
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit import errors
from groupkit.products import product_table, with_internal
from tests import oracles

S3 = gk.FiniteGroup.from_generators([(1, 2, 0), (1, 0, 2)])
SWAP = gk.p4.with_internal({"c": 2})
PERMUTED = gk.p2.with_internal({"k": S3, "c": 2})


def faithful(group: gk.SplitGroup) -> list[oracles.Matrix]:
    """Return (s, c) as the block matrix of M(s) and (-1)^c: the same group, without a kernel."""
    indices = [group.stabilizer.axis_indices(s) for s in group.stabilizer]
    return [
        oracles.matrix([*((*row, 0) for row in m), (0,) * len(m) + ((-1) ** int(i["c"]),)])
        for m, i in zip(group.stabilizer.matrices.tolist(), indices, strict=True)
    ]


def test_products_and_matrices_by_definition() -> None:
    assert SWAP.axes == {"r": 4, "c": 2}
    assert SWAP.name == "p4 × C2"
    assert SWAP.stabilizer.cayley_table.tolist() == oracles.cayley_table(faithful(SWAP))
    for s, (r, c) in enumerate(itertools.product(range(4), range(2))):
        assert SWAP.stabilizer.index_of(r=r, c=c) == s
        assert (SWAP.stabilizer.matrices[s] == gk.p4.stabilizer.matrices[r]).all()
    assert SWAP.lattice == gk.p4.lattice


def test_any_finite_group_may_be_internal() -> None:
    assert PERMUTED.axes == {"r": 2, "k": 6, "c": 2}
    assert PERMUTED.name == "p2 × k × C2"
    for a, b in itertools.product(range(6), repeat=2):
        product = PERMUTED.element(r=1, k=a, c=1) @ PERMUTED.element(r=1, k=b)
        assert product == PERMUTED.element(k=int(S3.cayley_table[a, b]), c=1)
    assert len(PERMUTED.stabilizer.internal) == 12
    assert not PERMUTED.stabilizer.is_faithful
    assert gk.p4.stabilizer.is_faithful
    assert gk.p4.stabilizer.internal.members == (0,)


def test_products_of_tables_by_definition() -> None:
    table = product_table([gk.p4.stabilizer.cayley_table, S3.cayley_table])
    for (a, b), (c, d) in itertools.product(itertools.product(range(4), range(6)), repeat=2):
        product = 6 * gk.p4.stabilizer.cayley_table[a, c] + S3.cayley_table[b, d]
        assert table[6 * a + b, 6 * c + d] == product


@pytest.mark.parametrize("size", [2, 3])
def test_filter_banks_by_definition(size: int) -> None:
    """The oracle multiplies faithful matrices on Z³, in whose plane z = 0 the window lies."""
    window = SWAP.window(size)
    points = [(*point, 0) for point in window.points.tolist()]
    subgroups = [SWAP.stabilizer.subgroup([s]) for s in SWAP.stabilizer]
    types: list[Any] = ["planar", "regular", *subgroups]
    for pair in itertools.product(types, repeat=2):
        bank = SWAP.filter_bank(window, *pair)
        h_in, h_out = bank.input_type.subgroup.members, bank.output_type.subgroup.members
        expected = oracles.filter_index(faithful(SWAP), h_in, h_out, points, (*window.centre, 0))
        rows = bank.output_type.cosets.representatives.tolist()
        columns = bank.input_type.cosets.representatives.tolist()
        for (i, out), (j, s) in itertools.product(enumerate(rows), enumerate(columns)):
            for point, there in zip(points, window.points - window.corner, strict=True):
                assert bank.index[(i, j, *there)] == expected[out, s, point]


@pytest.mark.parametrize("shape", [(3, 3), (2, 4)])
def test_actions_on_arrays_by_definition(shape: tuple[int, int]) -> None:
    matrices = faithful(SWAP)
    f = np.arange(1, 8 * np.prod(shape) + 1).reshape(8, *shape)
    for s, a in enumerate(matrices):
        after = f.reshape(-1)[SWAP.action(s, shape)]
        for out, b in enumerate(matrices):
            source = f[matrices.index(oracles.multiply(oracles.inverse(a), b))]
            for x in oracles.box_points(after.shape[1:]):
                plane = [oracles.matrix(row[:2] for row in m[:2]) for m in matrices]
                expected = oracles.moved_value(plane, s, source, x, after.shape[1:])
                assert after[(out, *x)] == expected


def test_every_law_is_proved() -> None:
    for group in (SWAP, PERMUTED, gk.p1.with_internal({"c": 3})):
        report = group.verify()
        assert report, report
        assert report["faithful"].status == "proved"
        assert "internal" in report["faithful"].method


def test_wrong_internal_elements_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    from groupkit.verification import stabilizer_laws as laws
    from groupkit.verification.element_law import element_arrays
    from groupkit.verification.group_laws import trivial_intersection
    from tests.verification.subjects import subject_of

    subject = subject_of(SWAP)
    assert subject.internal == (1,)
    undeclared = laws.faithful(subject.changed(internal=()))
    assert undeclared.witness == "M(r=0, c=0) = M(r=0, c=1) = [[1, 0], [0, 1]]"
    moved = laws.faithful(subject.changed(internal=(2,)))
    assert moved.witness is not None
    assert moved.witness.startswith("(r=1, c=0) is declared internal, but moves points")
    more = laws.faithful(subject.changed(matrices=np.repeat(subject.matrices[:2], 4, axis=0)))
    assert more.witness is not None
    assert more.witness.endswith(", but 1 are internal")
    assert trivial_intersection(subject.changed(internal=())).status == "refuted"
    # products that forget the colour have the right matrices
    forgets = np.arange(8)[:, None] // 2 * 2 + np.zeros(8, dtype=int)
    wrong = subject.changed(table=subject.table // 2 * 2 + forgets % 2)
    assert laws.homomorphism(wrong).status == "proved"
    assert laws.identity(wrong).status == "refuted"

    compose = gk.Elements.__matmul__

    def forget(one: gk.Elements, other: gk.Elements) -> gk.Elements:
        product = compose(one, other)
        return gk.Elements(product.stabilizer, product.index // 2 * 2, product.translation)

    monkeypatch.setattr(gk.Elements, "__matmul__", forget)
    found = element_arrays(subject)
    assert found.status == "refuted"
    assert found.witness is not None
    assert "numbers of products" in found.witness


def test_values_and_files() -> None:
    for group in (SWAP, PERMUTED):
        for again in (
            copy.deepcopy(group),
            pickle.loads(pickle.dumps(group)),
            gk.SplitGroup.from_dict(group.to_dict()),
        ):
            assert again == group
            assert hash(again) == hash(group)
            assert again.stabilizer.cayley_table.tolist() == group.stabilizer.cayley_table.tolist()
    assert SWAP != gk.p4.with_internal({"d": 2}, name=SWAP.name)
    four = gk.p2.with_internal({"c": 4}, "x").stabilizer
    klein = gk.p2.with_internal({"a": 2, "b": 2}, "x").stabilizer
    assert gk.Stabilizer({"s": 8}, four.matrices, four.cayley_table) != gk.Stabilizer(
        {"s": 8}, klein.matrices, klein.cayley_table
    )
    # a table that follows from the matrices changes nothing
    p4 = gk.p4.stabilizer
    assert gk.Stabilizer(p4.axes, p4.matrices, p4.cayley_table) == p4
    assert "cayley_table" not in gk.p4.to_dict()


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_saved_files_load(suffix: str, tmp_path: Any) -> None:
    SWAP.save(tmp_path / f"group.{suffix}")
    assert gk.SplitGroup.load(tmp_path / f"group.{suffix}") == SWAP


def test_a_matrix_does_not_determine_an_element() -> None:
    g = SWAP.element(r=1, c=1, t=(2, 3))
    assert SWAP.element(**g.indices()) == g
    with pytest.raises(
        errors.ElementError,
        match=r"a matrix does not determine .*\(r=0, c=1\) and \(r=0, c=0\) both have the identity "
        r"matrix, .* 2 elements; give the indices, element\(r=…, c=…, t=…\)",
    ):
        SWAP.from_matrix(g.to_matrix())


@pytest.mark.untyped
@pytest.mark.parametrize(
    ("factors", "kind", "message"),
    [
        ({}, errors.AxesError, r"named axes with their groups, such as \{'c': 2\}, not \{\}"),
        (2, errors.AxesError, "named axes with their groups"),
        ({"r": 2}, errors.AxesError, "p4: 'r' already is an axis of .* differently"),
        ({"c": 0}, errors.AxesError, "'c' = 0 is neither the order of a cyclic group nor"),
        ({"c": "C2"}, errors.AxesError, "neither the order"),
        ({"c": True}, errors.AxesError, "neither the order"),
        ({"u": 2}, errors.AxesError, "'u' cannot name an axis"),
        ({"c": 5000}, errors.TooLargeError, "20000 elements, more than 4096"),
    ],
)
def test_what_is_no_internal_group(factors: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        gk.p4.with_internal(factors)


def test_tables_that_are_not_those_of_the_matrices() -> None:
    p4 = gk.p4.stabilizer
    cyclic = np.array(p4.cayley_table)
    klein = np.arange(4)[:, None] ^ np.arange(4)
    one = np.repeat(np.eye(2, dtype=int)[None], 4, axis=0)
    assert gk.Stabilizer({"s": 4}, one, klein).internal.members == (0, 1, 2, 3)
    with pytest.raises(
        errors.NotALatticeActionError,
        match=r"M is no homomorphism: matrix 1 times matrix 1 is .* table says that the product is "
        "element 0, and matrix 0 is .* correct the table",
    ) as caught:
        gk.Stabilizer(p4.axes, p4.matrices, klein)
    assert caught.value.witness == (1, 1)
    with pytest.raises(errors.NotALatticeActionError, match="that of 2 elements, but there are 4"):
        gk.Stabilizer(p4.axes, p4.matrices, [[0, 1], [1, 0]])
    with pytest.raises(errors.NotInvertibleError):
        gk.Stabilizer(p4.axes, one, np.zeros((4, 4), dtype=int))
    with pytest.raises(errors.FileFormatError, match="has generators, which tell cayley_table"):
        gk.SplitGroup.from_dict(
            {"name": "x", "generators": {"r": [[-1]]}, "cayley_table": cyclic.tolist()}
        )


def test_a_repeated_matrix_is_refused_and_told_of_internal_symmetries() -> None:
    for declare in (
        lambda: gk.SplitGroup.from_matrices("x", [[[1]], [[1]]]),
        lambda: gk.SplitGroup("x", {"c": 2}, lambda c: [[c // 2 + 1]]),
    ):
        with pytest.raises(
            errors.DuplicateMatrixError,
            match=r"repeats .* leave one out, .* move no point, .* use group\.with_internal",
        ):
            declare()
    with pytest.raises(errors.DuplicateMatrixError) as caught:
        gk.FiniteGroup.from_matrices([[[1]], [[1]]])
    assert "with_internal" not in str(caught.value)


def test_with_internal_of_stabilizers() -> None:
    assert with_internal(gk.p4.stabilizer, {"c": 2}) == SWAP.stabilizer


@pytest.mark.parametrize(
    ("first", "second", "lattice"),
    [("p4", "line-pm", "tetragonal P"), ("p6m", "line-p1", "hexagonal P"),
     ("line-pm", "line-pm", "rectangular"), ("p1", "line-pm", "oblique ⊕ line"),
     ("p4m", "p4", "square ⊕ square"), ("p2mm", "line-pm", "orthorhombic P")],
)  # fmt: skip
def test_direct_products_by_definition(first: str, second: str, lattice: str) -> None:
    a, b = gk.catalog[first], gk.catalog[second]
    both = a.direct_product(b)
    assert both.name == f"{first} × {second}"
    assert both.lattice.name == lattice
    assert both.order == a.order * b.order
    d, e = a.dimension, b.dimension
    for s, t in itertools.product(a.stabilizer, b.stabilizer):
        upper = [[*row, *[0] * e] for row in a.stabilizer.matrices[s].tolist()]
        lower = [[*[0] * d, *row] for row in b.stabilizer.matrices[t].tolist()]
        assert both.stabilizer.matrices[s * b.order + t].tolist() == upper + lower
    assert both.verify() if both.dimension < 4 else both


def test_products_of_the_catalogue_are_in_the_catalogue() -> None:
    for first, second, name in [
        ("p4m", "line-pm", "P4/mmm"), ("p6m", "line-pm", "P6/mmm"), ("p4", "line-p1", "P4"),
        ("p3m1", "line-p1", "P3m1"), ("p2mm", "line-pm", "Pmmm"),
    ]:  # fmt: skip
        both = gk.catalog[first].direct_product(gk.catalog[second])
        expected = gk.catalog[name]
        assert both.lattice == expected.lattice
        assert len(gk.embedding(both, expected)) == both.order == expected.order


def test_axes_of_products() -> None:
    assert gk.p4m.direct_product(gk.p4).axes == {"m": 2, "r": 4, "r2": 4}
    thrice = gk.p2.direct_product(gk.p2).direct_product(gk.p2, name="x")
    assert thrice.axes == {"r": 2, "r2": 2, "r3": 2}
    assert (thrice.name, thrice.dimension) == ("x", 6)
    coloured = SWAP.direct_product(gk.catalog["line-pm"])
    assert coloured.axes == {"r": 4, "c": 2, "m": 2}
    assert len(coloured.stabilizer.internal) == 2
    assert coloured.verify()
    with pytest.raises(errors.TooLargeError, match="18432 elements, more than 4096"):
        gk.hyperoctahedral(4).direct_product(gk.hyperoctahedral(3))
    with pytest.raises(errors.TooLargeError, match="dimension 10 is more than 8"):
        thrice.direct_product(gk.p1.direct_product(gk.p1))


def test_every_change_of_the_table_is_refuted() -> None:
    """Where the matrices do not tell products apart, the axioms of a group do."""
    from groupkit.verification.stabilizer_laws import STABILIZER_LAWS
    from tests.verification.subjects import subject_of

    subject = subject_of(SWAP)
    by_law: dict[str, int] = {}
    for row, (i, j) in itertools.product(range(8), itertools.combinations(range(8), 2)):
        table = np.array(subject.table)
        table[row, [i, j]] = table[row, [j, i]]
        changed = subject.changed(table=table)
        judged = [law(changed) for law in STABILIZER_LAWS]
        refuted = [law.name for law in judged if law.status == "refuted"]
        assert refuted
        with pytest.raises(errors.GroupkitError):
            gk.Stabilizer(SWAP.axes, subject.matrices, table)
        by_law[refuted[0]] = by_law.get(refuted[0], 0) + 1
    assert by_law["Cayley table"] > by_law["associative"] > 0
