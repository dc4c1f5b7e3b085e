"""The playground: one page in which a visitor moves an image and sees what a G-convolution does.

Python writes the groups as plain numbers, the index arrays of the layers among them; the page
computes everything else in the browser.  Matplotlib and torch are not needed.
"""

from groupkit.playground.export import export_group
from groupkit.playground.write import page, planar_groups, write_page

__all__ = ["export_group", "page", "planar_groups", "write_page"]
