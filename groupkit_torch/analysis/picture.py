"""A picture of the variance that first components explain, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from groupkit.errors import FeatureTypeError
from groupkit_torch.analysis.filter_report import FilterReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_filter_variance(reports: Mapping[str, FilterReport], axes: Axes | None = None) -> Axes:
    """Draw the first component's part of the variance of all filters, a group of boxes a layer.

    Parameters
    ----------
    reports : mapping of str to FilterReport
        By name, such as "before" and "after" training, of one model.
    axes : Axes, optional
        Those of a new figure by default.

    Returns
    -------
    Axes
        Boxes span the quartiles, whiskers 5 to 95 % of the filters; the line is the median.

    Raises
    ------
    FeatureTypeError
        If there is no report, or they are of different layers.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch.analysis import filter_variance
    >>> from groupkit_torch.models import P4CNN
    >>> axes = plot_filter_variance({"before": filter_variance(P4CNN(gk.p4, 4))})
    >>> axes.get_ylabel()
    'variance explained by the first component'

    References
    ----------
    Lengyel & van Gemert (2021), "Exploiting Learned Symmetries in Group Equivariant
    Convolutions", figure 2.
    """
    from groupkit.plot import style  # noqa: PLC0415  (an extra, which it names where it is missing)

    names = [[layer.name for layer in report.layers] for report in reports.values()]
    if not names or any(other != names[0] for other in names):
        raise FeatureTypeError(
            "reports to compare are one or more, all of the same layers; compare a model with "
            "itself, before and after training",
            witness=names,
        )
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    layers = names[0]
    if axes is None:
        size = (1.6 + 1.1 * len(layers), 3.2)
        axes = Figure(figsize=size, layout="constrained").add_subplot()
    width = 0.8 / len(reports)
    handles = []
    for number, (name, report) in enumerate(reports.items()):
        colour, _ = style.STROKES[(number + 1) % len(style.STROKES)]
        middles = [i + width * (number - (len(reports) - 1) / 2) for i in range(len(layers))]
        boxes = axes.boxplot(
            [layer.first.cpu().numpy() for layer in report.layers],
            positions=middles,
            widths=0.8 * width,
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            medianprops={"color": style.INK},
        )
        for box in boxes["boxes"]:
            box.set(facecolor=colour, edgecolor=style.QUIET)
        handles.append(Patch(facecolor=colour, edgecolor=style.QUIET, label=name))
    axes.set_xticks(range(len(layers)), layers)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("variance explained by the first component")
    axes.legend(handles=handles, frameon=False, labelcolor=style.INK)
    return axes
