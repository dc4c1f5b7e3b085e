"""Graphs of groups, as networkx objects: Cayley, Schreier, subgroups, and groups among groups.

networkx is imported when a graph is made.
"""

from groupkit.graphs.cayley_ball import cayley_ball
from groupkit.graphs.cayley_graph import cayley_graph
from groupkit.graphs.coset_graph import coset_graph
from groupkit.graphs.group_tree import group_tree
from groupkit.graphs.subgroup_lattice import subgroup_lattice

__all__ = ["cayley_ball", "cayley_graph", "coset_graph", "group_tree", "subgroup_lattice"]
