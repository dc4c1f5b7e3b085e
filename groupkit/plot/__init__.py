"""Pictures of groups: patterns, orbits, filters, functions on them, their graphs and tables.

Groups, graphs and numpy arrays go in, matplotlib axes or figures come out; needs the extra
``groupkit[plot]``.
"""

from groupkit.errors import MissingExtraError

try:
    from groupkit.plot.animation import animate_function
    from groupkit.plot.cayley import plot_cayley_graph, plot_coset_graph
    from groupkit.plot.feature_map import plot_function, plot_motion
    from groupkit.plot.filters import plot_filters
    from groupkit.plot.hierarchy import plot_group_tree, plot_subgroup_lattice
    from groupkit.plot.orbits import plot_orbits
    from groupkit.plot.pattern import plot_pattern
    from groupkit.plot.table import plot_cayley_table
except ModuleNotFoundError as error:
    raise MissingExtraError(
        f"groupkit.plot needs {error.name}, which is not installed; "
        'run pip install "groupkit[plot]"',
        witness=error.name,
    ) from error

__all__ = [
    "animate_function",
    "plot_cayley_graph",
    "plot_cayley_table",
    "plot_coset_graph",
    "plot_filters",
    "plot_function",
    "plot_group_tree",
    "plot_motion",
    "plot_orbits",
    "plot_pattern",
    "plot_subgroup_lattice",
]
