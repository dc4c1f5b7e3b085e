r"""Random elements of S as data augmentation."""

from __future__ import annotations

import torch
from jaxtyping import Int, Shaped
from torch import Tensor, nn

from groupkit import SplitGroup
from groupkit.action import image_shape
from groupkit.errors import GroupkitError
from groupkit.feature_type import FeatureType, TypeLike
from groupkit_torch.action import act
from groupkit_torch.geometry import SettingError


class UnequalSidesError(GroupkitError, ValueError):
    """S maps arrays of these sides to arrays of others, which do not fit into one batch."""

    law = "random elements keep the sides of an array"


class RandomTransform(nn.Module):
    r"""Transform each map of a batch by a random element, :math:`f_i \mapsto L_{s_i} f_i`.

    The s_i are independent and uniform on S. In evaluation mode maps stay as they are.

    Parameters
    ----------
    group : SplitGroup
        G.
    input_type : {"planar", "regular"}, subgroup or Field
        What the maps are functions on.
    generator : torch.Generator, optional
        Of the random elements; torch's own by default.

    Raises
    ------
    SettingError
        If there is no declared group.
    UnequalSidesError
        When called: if an element of S exchanges axes of different lengths.
    FeatureTypeError, WindowError
        When called: if a map is not of its type, or its array has no centre that S allows.

    Notes
    -----
    Where boxes are not stable, transformed maps are zero outside the stable window.

    Examples
    --------
    >>> import groupkit as gk
    >>> augment = RandomTransform(gk.p4m, generator=torch.Generator().manual_seed(0))
    >>> augment(torch.rand(16, 3, 32, 32)).shape
    torch.Size([16, 3, 32, 32])

    Labels that are maps themselves, such as segmentation masks, are moved alike:

    >>> images, masks = torch.rand(4, 3, 8, 8), torch.randint(5, (4, 8, 8))
    >>> images, elements = augment.with_elements(images)
    >>> masks = augment.act(masks, elements)
    >>> masks.shape, elements.shape
    (torch.Size([4, 8, 8]), torch.Size([4]))
    """

    def __init__(
        self,
        group: SplitGroup,
        input_type: FeatureType | TypeLike = "planar",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(group, SplitGroup):
            raise SettingError(
                f"random elements are those of a declared SplitGroup, not of {group!r}; shipped "
                "ones are in groupkit.catalog",
                witness=group,
            )
        self.group, self.generator = group, generator
        self.input_type = FeatureType.of(group.stabilizer, input_type)

    def forward(
        self, x: Shaped[Tensor, "batch channels *rest"]
    ) -> Shaped[Tensor, "batch channels *rest"]:
        """Return the transformed maps; the maps themselves in evaluation mode."""
        return self.with_elements(x)[0] if self.training else x

    def with_elements(
        self, x: Shaped[Tensor, "batch channels *rest"]
    ) -> tuple[Shaped[Tensor, "batch channels *rest"], Int[Tensor, " batch"]]:
        """Return the transformed maps, and the number of the element of S that moved each.

        In evaluation mode, the maps themselves and the identity.
        """
        stabilizer = self.group.stabilizer
        if not self.training:
            return x, torch.full((len(x),), stabilizer.identity, device=x.device)
        device = "cpu" if self.generator is None else self.generator.device
        elements = torch.randint(
            stabilizer.order, (len(x),), generator=self.generator, device=device
        )
        return self.act(x, elements), elements.to(x.device)

    def act(
        self,
        x: Shaped[Tensor, "batch *map"],
        elements: Int[Tensor, " elements"],
        feature_type: FeatureType | TypeLike | None = None,
    ) -> Shaped[Tensor, "batch *map"]:
        r"""Return the maps :math:`L_{s_i} f_i`.

        Parameters
        ----------
        x : Tensor
            [batch, channels, \|S/H\|, *space], [batch, channels, *space] for planar maps, or
            [batch, *space] for labels, of any dtype.
        elements : Tensor
            [batch], the number of each s_i, as `with_elements` returns them.
        feature_type : {"planar", "regular"}, subgroup or Field, optional
            What these maps are functions on; that of the input by default.
        """
        group, dimension = self.group, self.group.dimension
        kind = FeatureType.of(
            group.stabilizer, self.input_type if feature_type is None else feature_type
        )
        if len(elements) != len(x):
            raise SettingError(
                f"{len(elements)} elements do not act on a batch of {len(x)} maps; give one for "
                "each",
                witness=(len(elements), len(x)),
            )
        if x.dim() == dimension + 1 and not kind.has_axis:
            return self.act(x.unsqueeze(1), elements, kind).squeeze(1)
        self._check_sides(tuple(x.shape[x.dim() - dimension :]))
        moved, places = [], []
        for s in elements.unique().tolist():
            chosen = (elements == s).nonzero().squeeze(1).to(x.device)
            moved.append(act(x.index_select(0, chosen), group, s, kind))
            places.append(chosen)
        if not moved:
            return x
        return torch.cat(moved).index_select(0, torch.cat(places).argsort())

    def _check_sides(self, space: tuple[int, ...]) -> None:
        stabilizer = self.group.stabilizer
        for s in stabilizer:
            image = image_shape(stabilizer, s, space)
            if image != space:
                raise UnequalSidesError(
                    f"{stabilizer.label(s)} of {self.group.name} maps an array of "
                    f"{'×'.join(map(str, space))} to one of {'×'.join(map(str, image))}, which "
                    "does not fit into one batch with others; pad or crop to equal sides, or use "
                    "a group that keeps the axes",
                    witness=s,
                )

    def extra_repr(self) -> str:
        """Return the group and the type."""
        return f"{self.group.name}, {self.input_type}"
