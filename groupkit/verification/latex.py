"""A report as LaTeX: a proof that a reader can follow, for a paper's appendix."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from groupkit.verification.law import Law

_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
_SYMBOLS: Final = {
    "∈": r"$\in$",
    "⋊": r"$\rtimes$",
    "≠": r"$\neq$",
    "∩": r"$\cap$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "⁻¹": r"$^{-1}$",
    "ᵀ": r"$^{\mathsf T}$",
    "τ": r"$\tau$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "…": r"\dots{}",
}
_OPENING: Final = r"""Let $S$ be the set of the matrices $M(s)$ below, and $G$ that of the maps
$g(t, s)\colon x \mapsto M(s)\, x + t$ of $\mathbb{Z}^d$, $t \in \mathbb{Z}^d$, written as
$\begin{pmatrix} M(s) & t \\ 0 & 1 \end{pmatrix}$."""


def latex(
    group: str,
    declaration: str,
    matrices: Sequence[tuple[str, Sequence[Sequence[int]]]],
    laws: Sequence[Law],
) -> str:
    """Return a section that states the group, its laws and their proofs; it needs amsmath.

    Laws that are not applicable are left out; refuted ones are shown with their witness.
    """
    refuted = [law for law in laws if law.status == "refuted"]
    dimension = len(matrices[0][1]) if matrices else 0
    claim = (
        rf"The maps form the group $G = \mathbb{{Z}}^{{{dimension}}} \rtimes S$, which acts on "
        rf"$\mathbb{{Z}}^{{{dimension}}}$ and on functions on it, and $\lvert S \rvert = "
        rf"{len(matrices)}$."
        if not refuted
        else rf"The declaration is refuted: it breaks {len(refuted)} of the laws below."
    )
    lines = [
        rf"\section*{{The group {_escape(group)}}}",
        f"{_OPENING} The declaration: {_escape(declaration)}.",
        r"\begin{gather*}",
        ",\\\\\n".join(f"M({_math(label)}) = {_matrix(m)}" for label, m in matrices),
        r"\end{gather*}",
        rf"\paragraph{{Claim.}} {claim}",
        r"\paragraph{Proof.} Each statement was checked by computer, and rests on those before it.",
    ]
    for section, members in groupby(
        (law for law in laws if law.status != "not applicable"), key=lambda law: law.section
    ):
        lines += [rf"\subsection*{{{_escape(section[:1].upper() + section[1:])}}}"]
        lines += [r"\begin{enumerate}", *(_item(law) for law in members), r"\end{enumerate}"]
    lines.append(r"\hfill $\square$" if not refuted else r"\hfill (refuted)")
    return "\n".join(lines) + "\n"


def _item(law: Law) -> str:
    """Return a law as an item: statement, then proof or witness, then method."""
    if law.status == "refuted":
        argument = rf"\textbf{{Refuted:}} {_escape(law.witness or '')}."
    else:
        argument = law.proof or "Checked exhaustively."
    return (
        rf"\item \emph{{{_escape(law.name)}:}} ${law.formula}$. {argument} "
        rf"{{\small ({_escape(law.method)})}}"
    )


def _matrix(entries: Sequence[Sequence[int]]) -> str:
    rows = r" \\ ".join(" & ".join(str(entry) for entry in row) for row in entries)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def _math(label: str) -> str:
    return label.strip("()").replace("=", "{=}").replace("_", r"\_")


def _escape(content: str) -> str:
    """Return plain text as LaTeX text."""
    escaped = "".join(_ESCAPES.get(character, character) for character in content)
    for symbol, command in _SYMBOLS.items():
        escaped = escaped.replace(symbol, command)
    return escaped
