"""What trained filters look like along the group axis."""

from groupkit_torch.analysis.explained_variance import explained_variance
from groupkit_torch.analysis.filter_report import FilterReport, LayerVariance, filter_variance
from groupkit_torch.analysis.picture import plot_filter_variance

__all__ = [
    "FilterReport",
    "LayerVariance",
    "explained_variance",
    "filter_variance",
    "plot_filter_variance",
]
