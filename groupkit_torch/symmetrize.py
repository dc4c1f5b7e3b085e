r"""Any network made equivariant: averaged over S, or its maximum taken."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.errors import FeatureTypeError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.action import act
from groupkit_torch.geometry import SettingError

_INVARIANT = "invariant"


class Symmetrize(nn.Module):
    r"""Average a network over S, :math:`y(f) = |S|^{-1} \sum_{s \in S} L_s^{-1} \Phi(L_s f)`.

    Whatever the network is, :math:`y(L_g f) = L_g y(f)` for every g of S, about the array's
    centre: exactly, at every size, in training too. It costs |S| calls of the network.

    Parameters
    ----------
    model : Module or callable
        Any map Φ of tensors, [batch, channels, ...] to [batch, ...].
    group : SplitGroup
        G.
    input_type : {"planar", "regular"}, subgroup or Field
        What the input is a function on.
    output_type : {"invariant", "planar", "regular"}, subgroup or Field
        What the output shall be a function on. "invariant" outputs, of any shape, are averaged
        as they are.
    mode : {"mean", "max"}
        Whether to average over S, or to take the maximum, entry by entry.

    Raises
    ------
    SettingError
        If the mode is unknown, the group or the model none, or the maximum asked of a field
        whose matrices do more than permute channels: it would not be equivariant.
    FeatureTypeError
        When called: if a map is not of its declared type, or the outputs have different shapes.
    WindowError
        When called: if S allows no centre for the input's or the output's array.

    Notes
    -----
    Random numbers that the network draws (dropout) differ from call to call, and are not
    averaged out. Where boxes are not stable, the network sees zeros outside the stable window.
    In training, batch norm sees the batch |S| times, turned. It compiles and exports whole; image
    sizes that vary are exported with ``strict=True``.

    Examples
    --------
    >>> import groupkit as gk
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 49, 2))
    >>> invariant = Symmetrize(net, gk.p4m)
    >>> x = torch.rand(1, 1, 9, 9)
    >>> bool((net(x) - net(x.flip(-1))).abs().max() > 1e-3)
    True
    >>> bool((invariant(x) - invariant(x.flip(-1))).abs().max() < 1e-6)
    True

    References
    ----------
    Puny et al. (2022), "Frame Averaging for Invariant and Equivariant Network Design",
    arXiv 2110.03336, section 2: the group average, of which frames are the small form.
    """

    def __init__(
        self,
        model: Callable[[Tensor], Tensor],
        group: SplitGroup,
        input_type: FeatureType | TypeLike = "planar",
        output_type: FeatureType | TypeLike = _INVARIANT,
        mode: str = "mean",
    ) -> None:
        super().__init__()
        if not isinstance(group, SplitGroup):
            raise SettingError(
                f"a network is symmetrized under a declared SplitGroup, not {group!r}; the model "
                "comes first, then the group",
                witness=group,
            )
        if not callable(model):
            raise SettingError(
                f"{model!r} is no map of tensors; give a module, or a function", witness=model
            )
        if mode not in ("mean", "max"):
            raise SettingError(f'mode={mode!r} is neither "mean" nor "max"', witness=mode)
        stabilizer = group.stabilizer
        self.model, self.group, self.mode = model, group, mode
        self._inverses = tuple(stabilizer.inverses.tolist())
        self.input_type = FeatureType.of(stabilizer, input_type)
        self.output_type = (
            None
            if isinstance(output_type, str) and output_type == _INVARIANT
            else FeatureType.of(stabilizer, output_type)
        )
        field = self.output_type and self.output_type.field
        if mode == "max" and field:
            mixing = ((field.matrices != 0) & (field.matrices != 1)).any(axis=(1, 2))
            if mixing.any():
                s = int(mixing.argmax())
                raise SettingError(
                    f"{field!r} has the matrix {field.matrices[s].tolist()} for "
                    f"{stabilizer.label(s)}, which does not permute channels, so that a maximum "
                    'would not turn with it; use mode="mean"',
                    witness=s,
                )

    def forward(self, x: Shaped[Tensor, "batch channels *rest"]) -> Shaped[Tensor, "batch *out"]:
        """Return the mean or maximum of the outputs, each turned back."""
        result: Tensor | None = None
        for s, inverse in enumerate(self._inverses):
            y = self.model(act(x, self.group, s, self.input_type))
            if self.output_type is not None:
                y = act(y, self.group, inverse, self.output_type)
            if result is None:
                result = y
                continue
            if y.shape != result.shape:
                raise FeatureTypeError(
                    f"the output for the input transformed by {self.group.stabilizer.label(s)} "
                    f"has, once turned back, the shape {tuple(y.shape)}, and that for the input "
                    f"itself {tuple(result.shape)}; use inputs of equal sides, or a network that "
                    f"treats alike the axes that {self.group.name} exchanges",
                    witness=s,
                )
            result = torch.maximum(result, y) if self.mode == "max" else result + y
        assert result is not None, "a group has an identity"
        return result if self.mode == "max" else result / len(self._inverses)

    def extra_repr(self) -> str:
        """Return the group, the types and the mode."""
        output = self.output_type or _INVARIANT
        return f"{self.group.name}, {self.input_type} -> {output}, mode={self.mode!r}"
