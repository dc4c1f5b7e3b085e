"""The site: MyST pages, docstrings in numpydoc style, formulas as MathML. Needs no network."""

import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from groupkit.playground import write_page

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # mathml.py and docstrings.py, and the packages

project = "groupkit"
author = "the groupkit authors"
project_copyright = f"2026, {author}"
version = release = metadata.version("groupkit")

extensions = [
    "docstrings",
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "README.md", "inventories", "derivations"]
nitpicky = True

# Pages are read on GitHub too: plain links between .md files, dollar signs for formulas.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

default_role = "py:obj"  # `name` in a docstring is a link, as in those of numpy
add_module_names = False
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # docstrings say them, with shapes
autodoc_member_order = "groupwise"
autodoc_default_options = {
    "members": True,
    "inherited-members": "Module, Mapping, Exception, Frozen",
    "exclude-members": "extra_repr",
}
numpydoc_show_class_members = False


# In types, the names of classes are links and all other words are prose.
DOCUMENTED = (
    "groupkit",
    "groupkit.algebra",
    "groupkit.errors",
    "groupkit.groups",
    "groupkit.testing",
    "groupkit.verification",
    "groupkit_torch",
    "groupkit_torch.analysis",
    "groupkit_torch.augment",
    "groupkit_torch.experiments",
    "groupkit_torch.fourier",
    "groupkit_torch.geometry",
    "groupkit_torch.images.hexagonal",
    "groupkit_torch.images.resample",
    "groupkit_torch.layers",
    "groupkit_torch.measuring.equivariance_report",
    "groupkit_torch.measuring.layer_errors",
    "groupkit_torch.pooling.pool_domain",
    "groupkit_torch.models",
    "groupkit_torch.provenance",
    "groupkit_torch.restricting.restriction",
    "groupkit_torch.sampling.exactness",
    "groupkit_torch.tracing.trace_report",
    "groupkit_torch.tracing.track",
)
OURS = {
    name
    for module in DOCUMENTED
    for name, value in vars(import_module(module)).items()
    if isinstance(value, type) and name[0] != "_"
    if name in getattr(import_module(module), "__all__", ()) or value.__module__ == module
}
# Plain text in docs/inventories: the build asks no network what numpy documents where.
INVENTORIES = {
    "python": "https://docs.python.org/3/",
    "numpy": "https://numpy.org/doc/stable/",
    "sympy": "https://docs.sympy.org/latest/",
    "torch": "https://docs.pytorch.org/docs/stable/",
    "networkx": "https://networkx.org/documentation/stable/",
    "matplotlib": "https://matplotlib.org/stable/",
}
intersphinx_mapping = {
    name: (address, f"inventories/{name}.txt") for name, address in INVENTORIES.items()
}
THEIRS = {
    line.split()[0]
    for name in INVENTORIES
    for line in (DOCS / "inventories" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
SHORT = {
    "array": "numpy.ndarray",
    "array_like": "numpy.ndarray",
    "callable": "collections.abc.Callable",
    "device": "torch.device",
    "hashable": "collections.abc.Hashable",
    "iterable": "collections.abc.Iterable",
    "iterator": "collections.abc.Iterator",
    "mapping": "collections.abc.Mapping",
    "sequence": "collections.abc.Sequence",
    "sympy.Matrix": "sympy.matrices.dense.Matrix",
    "Fraction": "fractions.Fraction",
    "Module": "torch.nn.Module",
    "Parameter": "torch.nn.parameter.Parameter",
    "ProcessGroup": "torch.distributed.ProcessGroup",
    "Tensor": "torch.Tensor",
}
numpydoc_xref_param_type = True
numpydoc_xref_aliases = {
    **{name: f":obj:`{name}`" for name in OURS | THEIRS},
    **{word: f":obj:`{word} <{target}>`" for word, target in SHORT.items()},
}
numpydoc_xref_ignore = "all"

html_theme = "furo"
html_title = f"groupkit {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"

# Links out of docs/, to files that have a page here, and from such a page to what lies beside it.
HERE = {
    "](../CONTRIBUTING.md)": "](contributing.md)",
    "](../CHANGELOG.md)": "](changes.md)",
    "](../benchmarks/README.md)": "](benchmarks.md)",
    "](peers.py)": "](../benchmarks/peers.py)",  # in that page
    "](docs/": "](",
}
# Lists of links, as GitHub shows them, that are chapters here.
CHAPTERS = {
    "decisions/README": ["0*"],
    "concepts/README": ["groups", "layers", "windows", "cosets", "strides", "[!R]*"],
}


def setup(app: Any) -> None:
    """Take pages as they are written for GitHub."""
    app.connect("source-read", lambda _app, page, text: adapt(text, page))
    app.connect("include-read", lambda _app, _path, _page, text: adapt(text))
    app.connect("build-finished", add_playground)


def adapt(text: list[str], page: str = "") -> None:
    """Turn links of the page, which is the one string of the list, and say what is below it."""
    for there, here in HERE.items():
        text[0] = text[0].replace(there, here)
    if page in CHAPTERS:
        chapters = "\n".join(CHAPTERS[page])
        text[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n\n{chapters}\n```\n"
    if page == "how_to/playground":
        link = '<p><a href="../playground.html">Play with it here.</a></p>'
        text[0] = text[0].replace("```console", f"```{{raw}} html\n{link}\n```\n\n```console", 1)


def add_playground(app: Any, error: Exception | None) -> None:
    """Write the playground beside the pages."""
    if error is None and app.builder.format == "html":
        write_page(Path(app.outdir) / "playground.html")
