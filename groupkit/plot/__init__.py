"""Pictures of planar groups: filters, and functions on a group as patches on a Cayley graph.

Numpy arrays go in, matplotlib figures come out; needs the extra ``groupkit[plot]``.
"""

from groupkit.errors import MissingExtraError

try:
    from groupkit.plot.feature_map import plot_function, plot_motion
    from groupkit.plot.filters import plot_filters
except ModuleNotFoundError as error:
    raise MissingExtraError(
        f"groupkit.plot needs {error.name}, which is not installed; "
        'run pip install "groupkit[plot]"',
        witness=error.name,
    ) from error

__all__ = ["plot_filters", "plot_function", "plot_motion"]
