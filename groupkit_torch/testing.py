r"""Measure whether a module commutes with a group: :math:`\Phi(L_g f) = L_g \Phi(f)`.

Every element of S is tried about the centre of the array, or about index 0 of a torus, and
translations by multiples of the total stride. Translations of arrays are compared where the output
does not see the border: at positions that stay as they are when everything is replaced that the
translation brings in or pushes out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.action import stable_mask
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.action import act
from groupkit_torch.measuring.equivariance_report import (
    Deviation,
    EquivarianceReport,
    relative_error,
)
from groupkit_torch.measuring.layer_errors import LayerErrors, first_broken, layer_errors
from groupkit_torch.measuring.translations import compare_rolls, compare_translations
from groupkit_torch.sampling.guard import guards_silent

_TOLERANCES: Final = {
    torch.float64: 1e-12,
    torch.float32: 1e-5,
    torch.complex128: 1e-12,
    torch.complex64: 1e-5,
    torch.bfloat16: 5e-2,
    torch.float16: 5e-3,
}


def equivariance_error(
    module: Callable[[Tensor], Tensor],
    group: SplitGroup,
    input_shape: Sequence[int],
    input_type: FeatureType | TypeLike = "planar",
    output_type: FeatureType | TypeLike = "regular",
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    translations: bool = True,
    torus: bool = False,
) -> EquivarianceReport:
    r"""Measure :math:`\max |\Phi(L_g f) - L_g \Phi(f)| / \max |\Phi(f)|` for elements g.

    Parameters
    ----------
    module : Module or callable
        Any map of tensors, in training or in evaluation mode. Its buffers and the random number
        generators are as before afterwards.
    group : SplitGroup
        G.
    input_shape : sequence of int
        [batch, channels, *space], or [batch, channels, \|S/H\|, *space].
    input_type : {"planar", "regular"}, subgroup or Field
        What the input is a function on, or how S acts on its channels.
    output_type : {"regular", "planar", "invariant"}, subgroup or Field
        The same of the output; "invariant" outputs have no lattice axes and do not
        change.
    dtype : torch.dtype, optional
        Of the input; by default that of the module's parameters, float64 if it has none.
    device : torch.device, optional
        Of the input; by default that of the module's parameters, the CPU if it has none.
    seed : int
        Of the random normal input, and of the module's own random numbers.
    translations : bool
        Whether to compare translations too.
    torus : bool
        Whether maps are periodic, as circular padding takes them: S then acts about index 0,
        and translations move what leaves on one side in on the other.

    Returns
    -------
    EquivarianceReport
        Errors of every element of S and of some translations.

    Raises
    ------
    FeatureTypeError
        If input or output have other axes than declared.
    WindowError
        If input or output array have no centre that S preserves.

    Notes
    -----
    Arrays with unequal sides are compared with the side-permuted array. Where boxes are not
    stable, only the stable windows are compared, and random numbers outside the input's window
    show whether the module reads them.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import LiftingConv
    >>> lift = LiftingConv(gk.p4, 1, 2, 3, dtype=torch.float64)
    >>> equivariance_error(lift, gk.p4, (1, 1, 9, 9)).error < 1e-12
    True
    >>> plain = torch.nn.Conv2d(1, 2, 3, dtype=torch.float64)
    >>> equivariance_error(plain, gk.p4, (1, 1, 9, 9), output_type="planar").error > 0.01
    True

    References
    ----------
    Cohen & Welling (2016), "Group Equivariant Convolutional Networks", section 2 and eq. 12.
    """
    stabilizer, dimension = group.stabilizer, group.dimension
    in_type = FeatureType.of(stabilizer, input_type)
    out_type = None if output_type == "invariant" else FeatureType.of(stabilizer, output_type)
    _check_axes("input", input_shape, in_type, dimension)
    if in_type.has_axis and input_shape[2] != in_type.size:
        raise FeatureTypeError(
            f"input_shape={tuple(input_shape)} has a stabilizer axis of length {input_shape[2]}, "
            f"but a {in_type} has {in_type.size}",
            witness=tuple(input_shape),
        )
    default_dtype, default_device = _of_parameters(module)
    dtype, device = dtype or default_dtype, torch.device(device or default_device)
    draws = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        wide = torch.complex128 if dtype.is_complex else torch.float64
        return torch.randn(*shape, generator=draws, dtype=wide).to(device, dtype)

    with _unchanged(module, device), guards_silent():

        @torch.no_grad()
        def call(f: Tensor) -> Tensor:
            return _output(module, f, seed)

        x = draw(*input_shape)
        y = call(x)
        if out_type is not None:
            _check_axes("output", y.shape, out_type, dimension)
        elements = []
        for s in range(stabilizer.order):
            gx = act(x, group, s, in_type, torus=torus)
            label = stabilizer.label(s)
            elements.append(_compare(label, call(gx), y, group, s, out_type, torus))
        found: list[Deviation] = []
        note = "not applicable: the output has no lattice axes"
        if not translations:
            note = "not asked for"
        elif out_type is not None:
            compare = compare_rolls if torus else compare_translations
            found, note = compare(call, group, x, y, draw)
    return EquivarianceReport(group.name, tuple(elements), tuple(found), note)


def assert_equivariant(
    module: Callable[[Tensor], Tensor],
    group: SplitGroup,
    input_shape: Sequence[int],
    input_type: FeatureType | TypeLike = "planar",
    output_type: FeatureType | TypeLike = "regular",
    *,
    tolerance: float | None = None,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    torus: bool = False,
) -> None:
    """Check that a module commutes with a group, to rounding.

    All elements of S are checked.  Translations are checked where outputs do not see the border
    of the input: nowhere, for batch norm in training; the report of `equivariance_error` says.

    Parameters
    ----------
    module, group, input_shape, input_type, output_type, dtype, device, seed, torus
        As in `equivariance_error`.
    tolerance : float, optional
        The largest relative error allowed; by default 1e-12 in double, 1e-5 in single, 5e-3 in
        half precision and 5e-2 in bfloat16.

    Raises
    ------
    AssertionError
        With the worst element, the first layer that breaks the symmetry, and the whole table.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import CosetPool, LiftingConv
    >>> net = torch.nn.Sequential(LiftingConv(gk.p6m, 1, 2, 3), CosetPool(gk.p6m, "max"))
    >>> assert_equivariant(net, gk.p6m, (1, 1, 9, 9), output_type="planar")
    """
    report = equivariance_error(
        module,
        group,
        input_shape,
        input_type,
        output_type,
        dtype=dtype,
        device=device,
        seed=seed,
        torus=torus,
    )
    allowed = tolerance_of(module, dtype) if tolerance is None else tolerance
    if not report.error <= allowed:
        culprit = ""
        if isinstance(module, nn.Module) and any(True for _ in module.children()):
            layers = errors_of_layers(
                module,
                group,
                input_shape,
                input_type,
                dtype=dtype,
                device=device,
                seed=seed,
                torus=torus,
            )
            culprit = _culprit(group, layers, allowed)
        raise AssertionError(
            f"the module does not commute with {report.worst.element} of {group.name}: relative "
            f"error {report.error:.1e}, allowed {allowed:.1e}{culprit}\n{report}"
        )


def tolerance_of(module: object, dtype: torch.dtype | None = None) -> float:
    """Return the relative error that is rounding, for a module's parameters or a dtype."""
    return _TOLERANCES[dtype or _of_parameters(module)[0]]


def errors_of_layers(
    module: nn.Module,
    group: SplitGroup,
    input_shape: Sequence[int],
    input_type: FeatureType | TypeLike = "planar",
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    torus: bool = False,
) -> list[LayerErrors]:
    """Measure each layer of a module as it is called, in the order of the calls.

    Parameters
    ----------
    module, group, input_shape, input_type, dtype, device, seed, torus
        As in `equivariance_error`.

    Returns
    -------
    list of LayerErrors
        One for each call of a layer without children.

    Raises
    ------
    FeatureTypeError, WindowError
        As in `equivariance_error`.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch import LiftingConv
    >>> net = torch.nn.Sequential(LiftingConv(gk.p4, 1, 2, 3), torch.nn.Conv3d(2, 2, 3))
    >>> [found.name for found in errors_of_layers(net, gk.p4, (1, 1, 9, 9))]
    ['0 (LiftingConv)', '1 (Conv3d)']
    """
    default_dtype, default_device = _of_parameters(module)
    dtype, device = dtype or default_dtype, torch.device(device or default_device)
    in_type = FeatureType.of(group.stabilizer, input_type)
    draws = torch.Generator().manual_seed(seed)
    wide = torch.complex128 if dtype.is_complex else torch.float64
    x = torch.randn(*input_shape, generator=draws, dtype=wide).to(device, dtype)
    with _unchanged(module, device), guards_silent(), torch.no_grad():
        return layer_errors(module, lambda f: _output(module, f, seed), group, x, in_type, torus)


def _culprit(group: SplitGroup, layers: list[LayerErrors], allowed: float) -> str:
    broken = first_broken(layers, allowed)
    if broken is None or broken.errors is None:
        return "; every layer without children does: look at what happens between them"
    worst = max(range(len(broken.errors)), key=broken.errors.__getitem__)
    return (
        f"; the first layer whose output breaks it is {broken.name}, error "
        f"{broken.errors[worst]:.1e} under {group.stabilizer.label(worst)}"
    )


def _output(module: Callable[[Tensor], Tensor], x: Tensor, seed: int) -> Tensor:
    """Return the output, the same random numbers given to each call."""
    torch.manual_seed(seed)
    y = module(x.clone())
    if not isinstance(y, Tensor):
        raise FeatureTypeError(
            f"the module returned {type(y).__name__}, not a tensor; wrap it in a function that "
            "returns the tensor to check",
            witness=type(y),
        )
    return y


@contextmanager
def _unchanged(module: object, device: torch.device) -> Iterator[None]:
    """Restore buffers that calls change (running statistics) and the random state."""
    buffers = list(module.buffers()) if isinstance(module, nn.Module) else []
    before = [(buffer, buffer.detach().clone()) for buffer in buffers]
    devices = [device] if device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        with torch.no_grad():
            for buffer, value in before:
                if not torch.equal(buffer, value):  # torch's batch norm leaves no other trace
                    buffer.copy_(value)


def _of_parameters(module: object) -> tuple[torch.dtype, torch.device]:
    if isinstance(module, nn.Module):
        numbers = [p for p in module.parameters() if p.is_floating_point() or p.is_complex()]
        if numbers:
            chosen = max(numbers, key=torch.is_complex)  # the first, or the first complex one
            return chosen.dtype, chosen.device
    return torch.float64, torch.device("cpu")


def _check_axes(what: str, shape: Sequence[int], feature_type: FeatureType, dimension: int) -> None:
    expected = dimension + 2 + feature_type.has_axis
    if len(shape) != expected:
        raise FeatureTypeError(
            f"the {what} has shape {tuple(shape)}, {len(shape)} axes, but a {feature_type} map has "
            f"{expected}; declare its type with {what}_type",
            witness=tuple(shape),
        )


def _compare(
    label: str,
    actual: Tensor,
    y: Tensor,
    group: SplitGroup,
    s: int,
    out_type: FeatureType | None,
    torus: bool,
) -> Deviation:
    """Compare Φ(L_s f) with L_s Φ(f), inside where arrays are masked."""
    if out_type is None:
        return Deviation(label, relative_error(actual, y, y), 1)
    stabilizer, dimension = group.stabilizer, group.dimension
    space = tuple(y.shape[-dimension:])
    expected = act(y, group, s, out_type, torus=torus)
    mask = None if torus else stable_mask(stabilizer, space)
    if mask is None or actual.shape != expected.shape:
        return Deviation(label, relative_error(actual, expected, y), math.prod(space))
    inside = torch.tensor(mask, device=y.device)
    error = relative_error(actual[..., inside], expected[..., inside], y[..., inside])
    return Deviation(label, error, int(mask.sum()))
