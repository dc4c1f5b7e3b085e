"""Pictures of something else than they are of are refused, naming what to make."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import groupkit as gk
from groupkit import plot
from groupkit.errors import DimensionError, ElementError, GraphError

pytestmark = pytest.mark.untyped

GRAPHS: dict[str, Any] = {
    "Cayley graph": gk.graphs.cayley_graph(gk.p4.stabilizer),
    "coset graph": gk.graphs.coset_graph(gk.p4.stabilizer, [0, 2]),
    "subgroup lattice": gk.graphs.subgroup_lattice(gk.p4.stabilizer),
    "group tree": gk.graphs.group_tree([gk.p2, gk.p4]),
}
PLOTS: dict[str, Callable[[Any], Any]] = {
    "Cayley graph": plot.plot_cayley_graph,
    "coset graph": plot.plot_coset_graph,
    "subgroup lattice": plot.plot_subgroup_lattice,
    "group tree": plot.plot_group_tree,
}


@pytest.mark.parametrize("other", [*GRAPHS, "group", "nothing"])
@pytest.mark.parametrize("kind", PLOTS)
def test_each_graph_has_its_picture(kind: str, other: str) -> None:
    graph = GRAPHS.get(other, gk.p4 if other == "group" else None)
    if kind == other:
        assert PLOTS[kind](graph) is not None
        return
    maker = kind.lower().replace(" ", "_")
    with pytest.raises(GraphError, match=f"is no {kind}; make one with groupkit.graphs.{maker}"):
        PLOTS[kind](graph)


def test_functions_are_arrays_and_the_group_comes_first() -> None:
    with pytest.raises(DimensionError, match="is an array, not"):
        plot.plot_function(gk.p4, [[[1]]])  # type: ignore[arg-type]
    values = np.zeros((4, 3, 3))
    with pytest.raises(DimensionError, match="the group comes first"):
        plot.plot_motion(values, 1, gk.p4)  # type: ignore[arg-type]


def test_trees_leave_out_internal_symmetries() -> None:
    with pytest.raises(ElementError, match="internal symmetries, which fix every point"):
        gk.graphs.group_tree([gk.p4, gk.p2.with_internal({"c": 2})])
