"""Graphs of groups, as networkx objects: Cayley, Schreier, subgroups, and groups among groups.

networkx is imported when a graph is made.
"""

from groupkit.graphs.cayley_balls import cayley_ball
from groupkit.graphs.cayley_graphs import cayley_graph
from groupkit.graphs.coset_graphs import coset_graph
from groupkit.graphs.group_trees import group_tree
from groupkit.graphs.subgroup_lattices import subgroup_lattice

__all__ = ["cayley_ball", "cayley_graph", "coset_graph", "group_tree", "subgroup_lattice"]
