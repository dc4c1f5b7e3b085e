import numpy as np
import pytest

import groupkit as gk
from groupkit.algebra import all_subgroups, is_normal
from groupkit.errors import NotASubgroupError, TooLargeError
from groupkit.plot import plot_cayley_table
from tests.algebra.groups_for_algebra import cyclic, symmetric
from tests.known_groups import declared


def test_rows_and_columns_meet_in_their_product() -> None:
    axes = plot_cayley_table(gk.p4m)
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == [text.get_text() for text in axes.get_yticklabels()]
    assert names[:5] == ["e", "r", "r²", "r³", "m"]
    for text in axes.texts:
        b, a = (round(x) for x in text.get_position())
        assert text.get_text() == names[gk.p4m.stabilizer.cayley_table[a, b]]
    np.testing.assert_array_equal(axes.images[0].get_array(), gk.p4m.stabilizer.cayley_table)


@pytest.mark.parametrize("subgroup", all_subgroups(gk.p4m.stabilizer), ids=lambda h: str(h.members))
def test_blocks_are_cosets_where_a_quotient_exists(subgroup: gk.Subgroup) -> None:
    axes = plot_cayley_table(gk.p4m, subgroup)
    n, size = 8, len(subgroup)
    assert len(axes.lines) == 2 * (n // size - 1)
    blocks = np.asarray(axes.images[0].get_array()).reshape(n // size, size, n // size, size)
    one_coset = (np.ptp(blocks // size, axis=(1, 3)) == 0).all()
    assert one_coset == is_normal(gk.p4m.stabilizer, subgroup)


def test_large_tables_have_no_names() -> None:
    axes = plot_cayley_table(declared("Pm-3m"))
    assert not axes.texts
    assert not axes.get_xticks().size


def test_bad_requests_are_refused() -> None:
    with pytest.raises(NotASubgroupError):
        plot_cayley_table(symmetric(3), [0, 1, 2, 3])
    with pytest.raises(TooLargeError, match="1201 rows"):
        plot_cayley_table(cyclic(1201))
