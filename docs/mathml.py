"""Formulas as MathML, which browsers draw themselves: no script, no font, no network.

docutils translates TeX; what it does not know is a warning, and so an error of the build.
"""

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer that ``html_math_renderer = "mathml"`` names."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(translated(node, as_block=False))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({node["number"]})</span>')
    translator.body.append(translated(node, as_block=True) + "</div>\n")
    raise nodes.SkipNode


def translated(node: nodes.Element, as_block: bool) -> str:
    """Return the MathML of a node; nothing, and a warning, where its TeX is not understood."""
    source = node.astext()
    try:
        return str(tex2mathml(source, as_block=as_block))
    except MathError as error:
        LOG.warning("docutils does not know this TeX: %s in %r", error, source, location=node)
        return ""
