"""Follow the symmetry of a map through a whole model: where is it lost, and at which sizes not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import nn
from torch.jit import ScriptModule

from groupkit import SplitGroup
from groupkit.errors import DimensionError, FeatureTypeError, WindowError, brief
from groupkit.stable_subset import stable_subset
from groupkit_torch.geometry import SettingError, check_group
from groupkit_torch.sampling.exactness import read_shape
from groupkit_torch.sampling.guard import guards_silent
from groupkit_torch.sampling.sampler import CENTRE, TORUS
from groupkit_torch.tracing.fingerprint import Fingerprint
from groupkit_torch.tracing.trace_report import ExactnessTrace, TraceError
from groupkit_torch.tracing.tracing import Tracing, watched
from groupkit_torch.tracing.track import Track


def trace_exactness(
    model: nn.Module,
    input_shape: Sequence[int],
    group: SplitGroup | None = None,
    *,
    about: str | None = None,
    dtype: torch.dtype | None = None,
) -> ExactnessTrace:
    """Run a model once and tell, call by call, which elements of S its sampling keeps.

    The model is run on positions alone beside (``groupkit_torch.tracing.fingerprint``), so that
    what is said after each step is what all layers up to there keep together, of which a later
    layer may hide what an earlier one broke. Calls of plain torch (convolutions, by which of their
    weights are equal, poolings, padding, slices, reductions, and all that acts on each position
    alike) are seen as they are made, in functions and between layers. Calls of any other kind, and
    those that draw random numbers, are named as not judged. Only positions are judged: whether a
    plain layer treats the stabilizer axis well, `find_symmetry` measures.

    Parameters
    ----------
    model : Module
        Any torch model; it runs in evaluation mode, and is as before afterwards.
    input_shape : sequence of int
        [batch, channels, *space], or with a stabilizer axis.
    group : SplitGroup, optional
        G; by default that of the model's first layer that has one.
    about : {"the array's centre", "index 0 of the torus"}, optional
        The point that S acts about. By default the centre; in models with circular padding,
        whichever keeps more.
    dtype : torch.dtype, optional
        Of the input; by default that of the parameters.

    Returns
    -------
    ExactnessTrace
        Prints as a table; ``first_loss`` is the first step that loses an element,
        ``exact_sizes(limit)`` lists the sizes at which none does.

    Raises
    ------
    FeatureTypeError
        If no layer names a group, or the input has too few axes for its dimension.
    DimensionError
        If no layer's group has the dimension of the one that is asked for.
    SettingError
        If the model is no module, or the input's shape is none.
    TraceError
        If a module is compiled.

    Notes
    -----
    Free parameters are taken as general: weights that happen to be equal, or zero, may keep more,
    and so may a mean over the stabilizer axis, of which each entry is followed by itself. A
    maximum over points some of which lie between others may keep more too.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import GroupConv, LiftingConv
    >>> net = nn.Sequential(LiftingConv(gk.p4, 1, 2, 3), GroupConv(gk.p4, 2, 2, 3, 2, 1))
    >>> trace = trace_exactness(net, (1, 1, 10, 10))
    >>> print(trace)
    layer                                size      input centre at  keeps
    0 (LiftingConv)                      8×8       7/2, 7/2         all 4 elements of p4
    1 (GroupConv)                        4×4       7/4, 7/4         only the identity of p4
    first lost at 1 (GroupConv)
    >>> trace.exact_sizes(12)
    [3, 5, 7, 9, 11]
    """
    given: object = model
    if not isinstance(given, nn.Module):
        raise SettingError(
            f"{brief(given)} is no torch.nn.Module, whose calls could be followed; measure a "
            "function with find_symmetry",
            witness=given,
        )
    groups = [g for m in model.modules() if isinstance(g := getattr(m, "group", 0), SplitGroup)]
    if group is None:
        if not groups:
            raise FeatureTypeError(
                "no layer of the model names a group; say which one to trace with group=...",
                witness=type(model).__name__,
            )
        group = groups[0]
    check_group(group)
    if groups and all(found.dimension != group.dimension for found in groups):
        raise DimensionError(
            f"{group.name} acts on {group.dimension} lattice axes, {groups[0].name} of the model's "
            f"layers on {groups[0].dimension}; follow a group of their dimension",
            witness=group.name,
        )
    shape = read_shape(group, input_shape)
    for name, module in model.named_modules():
        compiled = hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None)
        if compiled or isinstance(module, ScriptModule):
            raise TraceError(
                f"{name or 'the model'} is compiled, so that no call can be seen; trace the module "
                "that it was made of",
                witness=type(module).__name__,
            )
    if about not in (None, CENTRE, TORUS):
        raise SettingError(f"about={about!r} is neither {CENTRE!r} nor {TORUS!r}", witness=about)
    circular = any(getattr(m, "padding_mode", 0) == "circular" for m in model.modules())
    points = [CENTRE, TORUS] if circular else [CENTRE]
    runs = list[ExactnessTrace]()
    for point in points if about is None else [about]:
        try:
            runs.append(_run(model, shape, group, point == TORUS, dtype))
        except WindowError:
            if point == CENTRE and len(points) == 2 and about is None:
                continue  # a hexagonal torus of even size has no centre, and needs none
            raise
    return max(runs, key=lambda run: -1 if run.kept is None else len(run.kept))


def _run(
    model: nn.Module,
    shape: tuple[int, ...],
    group: SplitGroup,
    torus: bool,
    dtype: torch.dtype | None,
) -> ExactnessTrace:
    """Run a model once, S acting about the arrays' centres or on tori."""
    numbers = [p for p in model.parameters() if p.is_floating_point() or p.is_complex()]
    # the first one, or the first complex one
    parameter = max(numbers, key=torch.is_complex) if numbers else torch.zeros(())
    x = torch.zeros(shape, dtype=dtype or parameter.dtype, device=parameter.device)
    names = {
        m: f"{name} ({type(m).__name__})" if name else type(m).__name__
        for name, m in model.named_modules()
    }
    mode = Tracing(group, names)
    d = group.dimension
    if not torus and not group.stabilizer.is_signed_permutation:
        stable_subset(group.stabilizer, shape[-d:])  # raises where S has no centre
    start = tuple(Fraction(0) if torus else Fraction(n - 1, 2) for n in shape[-d:])
    found = Fingerprint.of_input(group.stabilizer, shape[-d:], mode.draw, torus)
    mode.remember(x, Track.of(found, start))
    modes = [(m, m.training) for m in model.modules()]
    try:
        model.eval()
        with watched(mode), guards_silent(), torch.no_grad(), mode:
            y = model(x)
    finally:
        for module, training in modes:
            module.training = training
    about = TORUS if torus else CENTRE
    return ExactnessTrace(
        group,
        shape,
        tuple(mode.steps),
        mode.track_of_all(y),
        about,
        lambda other: trace_exactness(model, other, group, about=about, dtype=dtype),
    )
