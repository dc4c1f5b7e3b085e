"""What docstrings say to people who call help(), in words that Sphinx understands too.

There, |S| is the order of S and [batch, *lattice] a shape; here, both would be markup.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# What is not prose, and stays as it is; then a bar, or a star that opens no emphasis.
_MARK = re.compile(
    r"""(?P<kept> ^\s*>>>.*?(?:\n\s*\n|\Z)              # examples, with their output
                | ^\s*\.\.\ math::.*?(?:\n\s*\n|\Z)     # formulas
                | ``.+?`` | `[^`]+`                     # code, roles
                | \\.                                   # escaped already
                | \*\*?[^\s*][^*\[\]]*\*\*?(?!\w) )     # *emphasis*, **strong**
      | (?P<mark> \||\*(?=\w) )""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the prose before numpydoc does, and short names where nothing else was found."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", escape, priority=400)
    app.connect("missing-reference", resolve_short_name, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def escape(*arguments: Any) -> None:
    r"""Write |S| as \|S\| in the lines of a docstring, and [*lattice] as [\*lattice]."""
    lines: list[str] = arguments[-1]
    lines[:] = escaped("\n".join(lines)).split("\n")


def escaped(text: str) -> str:
    r"""Return the text with its marks escaped.

    >>> print(escaped("[batch, |S|, *space] is *regular*, `*` is code"))
    [batch, \|S\|, \*space] is *regular*, `*` is code
    """
    return _MARK.sub(lambda found: found["kept"] or "\\" + found["mark"], text)


def resolve_short_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Find `GroupConv` or `SplitGroup.field` where a docstring of another module names it.

    A method needs its class: `group` is the argument of a function, and no property of some class.
    """
    if node.get("refdomain") != "py":
        return None
    domain, target = env.domains.python_domain, node["reftarget"]
    found = [
        (name, entry)
        for name, entry in domain.find_obj(env, None, None, target, None, searchmode=1)
        if "." in target or entry.objtype in ("class", "exception", "function")
    ]
    if len({entry.node_id for _, entry in found}) != 1:
        return None
    page = node.get("refdoc", env.current_document.docname)
    return domain.resolve_xref(env, page, app.builder, "obj", found[0][0], node, content)
