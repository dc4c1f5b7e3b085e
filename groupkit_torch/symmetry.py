r"""Find the symmetry that a network has, by measuring it: any network, ours or not.

The elements s with :math:`\Phi(L_s f) = L_s \Phi(f)` form a subgroup of S.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from groupkit import SplitGroup, Subgroup
from groupkit.errors import brief
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.geometry import SettingError, check_group
from groupkit_torch.measuring.layer_errors import LayerErrors
from groupkit_torch.sampling.element_names import name_elements
from groupkit_torch.sampling.exactness import largest_subgroup
from groupkit_torch.testing import equivariance_error, errors_of_layers, tolerance_of


@dataclass(frozen=True)
class FoundSymmetry:
    """What a measurement found.

    Parameters
    ----------
    group : SplitGroup
        G.
    elements : tuple of int
        The elements of S that commute with the network.
    subgroup : Subgroup
        The largest subgroup among them: all of them, unless sides are unequal.
    errors : tuple of float
        The relative error of each element of S, in storage order.
    tolerance : float
        The largest error that counts as none.
    layers : tuple of LayerErrors
        The errors of each layer, if they were asked for.
    """

    group: SplitGroup
    elements: tuple[int, ...]
    subgroup: Subgroup
    errors: tuple[float, ...]
    tolerance: float
    layers: tuple[LayerErrors, ...] = ()

    def __str__(self) -> str:
        lines = [f"the network keeps {name_elements(self.group, self.elements)}"]
        for s, error in enumerate(self.errors):
            sign = "kept" if s in self.elements else "broken"
            lines.append(f"  {self.group.stabilizer.label(s):<24} {error:.1e}  {sign}")
        for layer in self.layers:
            size = "×".join(map(str, layer.size)) or "-"
            if layer.errors is None:
                lines.append(f"  {layer.name:<32} {size:<10} has an output {layer.kind}")
                continue
            kept = [s for s, error in enumerate(layer.errors) if error <= self.tolerance]
            lines.append(f"  {layer.name:<32} {size:<10} keeps {name_elements(self.group, kept)}")
        return "\n".join(lines)


def find_symmetry(
    model: Callable[[Tensor], Tensor],
    group: SplitGroup,
    input_shape: Sequence[int],
    input_type: FeatureType | TypeLike = "planar",
    output_type: FeatureType | TypeLike = "invariant",
    *,
    per_layer: bool = False,
    tolerance: float | None = None,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    torus: bool = False,
) -> FoundSymmetry:
    """Measure under which elements of S the output of a network is equivariant, or invariant.

    Parameters
    ----------
    model : Module or callable
        Any network, in training or in evaluation mode; it is as before afterwards.
    group : SplitGroup
        G.
    input_shape : sequence of int
        As in `groupkit_torch.testing.equivariance_error`.
    input_type, output_type
        What the arrays are functions on; by default planar, and invariant numbers.
    per_layer : bool
        Whether to measure each layer of a `torch.nn.Module` too.
    tolerance : float, optional
        The largest relative error that counts as none; by default that of
        `groupkit_torch.testing.assert_equivariant`.
    dtype, device, seed, torus
        As in `groupkit_torch.testing.equivariance_error`.

    Returns
    -------
    EquivarianceReport
        Prints as a table of errors; ``elements`` are those that are kept, ``layers`` the errors
        of each layer.

    Raises
    ------
    FeatureTypeError
        If input or output have other axes than declared, as for groups of another dimension.
    WindowError
        If the input has no centre that S allows.

    Examples
    --------
    >>> import groupkit as gk
    >>> net = nn.Sequential(nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    >>> find_symmetry(net, gk.p4, (1, 1, 8, 8)).elements
    (0, 1, 2, 3)
    >>> print(find_symmetry(net, gk.p4, (1, 1, 9, 9)))  # doctest: +ELLIPSIS
    the network keeps only the identity of p4
      r=0                      0.0e+00  kept
      r=1                      ...  broken
      r=2                      ...  broken
      r=3                      ...  broken
    """
    check_group(group)
    called: object = model
    if not callable(called):
        raise SettingError(
            f"{brief(called)} is no network; give a module, or a function of a tensor",
            witness=called,
        )
    given: object = input_shape
    listed = list(given) if isinstance(given, Sequence) else [None]
    if not all(isinstance(n, int) for n in listed):
        raise SettingError(
            f"input_shape={input_shape!r} is no shape of a map; use a list of integers",
            witness=input_shape,
        )
    if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
        raise SettingError(
            f"dtype={dtype} holds no random normal numbers, which are what is moved; wrap a model "
            "of integers in a function that makes them of floating-point numbers",
            witness=dtype,
        )
    allowed = tolerance_of(model, dtype) if tolerance is None else tolerance
    report = equivariance_error(
        model,
        group,
        input_shape,
        input_type,
        output_type,
        dtype=dtype,
        device=device,
        seed=seed,
        translations=False,
        torus=torus,
    )
    errors = tuple(deviation.error for deviation in report.stabilizer)
    kept = tuple(s for s, error in enumerate(errors) if error <= allowed)
    layers: tuple[LayerErrors, ...] = ()
    if per_layer and isinstance(model, nn.Module):
        layers = tuple(
            errors_of_layers(
                model,
                group,
                input_shape,
                input_type,
                dtype=dtype,
                device=device,
                seed=seed,
                torus=torus,
            )
        )
    lost = set(group.stabilizer) - set(kept)
    size = tuple(input_shape[-group.dimension :])
    subgroup = largest_subgroup(group, size, kept, lambda _: lost)
    return FoundSymmetry(group, kept, subgroup, errors, allowed, layers)
