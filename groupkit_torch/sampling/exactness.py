"""Which subgroup of S a layer keeps at an input size, why not all of it, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

from groupkit import SplitGroup, Subgroup
from groupkit.action import image_shape
from groupkit.errors import DimensionError, FeatureTypeError
from groupkit.integers import integer
from groupkit_torch.geometry import SettingError, Sides
from groupkit_torch.sampling.element_names import name_element, name_elements
from groupkit_torch.sampling.remedies import remedies_of
from groupkit_torch.sampling.sampler import CENTRE, Sampler


@dataclass(frozen=True, repr=False)
class Exactness:
    r"""What a layer keeps of S at one size; true if that is all of S.

    Parameters
    ----------
    group : SplitGroup
        G.
    setting : str
        Stride, kernel, padding and dilation, in words.
    input_size, output_size : tuple of int
        Sides of the arrays.
    broken : dict of int to str
        The elements that are not kept, and the law that each breaks.
    subgroup : Subgroup
        The largest subgroup of S that is kept.
    about : str
        The point that S acts about.
    remedies : tuple of str
        The nearest sizes and settings that keep all of S.

    Examples
    --------
    >>> import groupkit as gk, groupkit_torch as gt
    >>> found = gt.GroupConv(gk.p4, 1, 1, 3, stride=2, padding=1).exactness(8)
    >>> found.is_exact, found.elements, found.output_size
    (False, (0,), (4, 4))
    """

    group: SplitGroup
    setting: str
    input_size: Sides
    output_size: Sides
    broken: dict[int, str]
    subgroup: Subgroup
    about: str
    remedies: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether all of S is kept."""
        return not self.broken

    @cached_property
    def elements(self) -> tuple[int, ...]:
        """The elements that commute with the layer at this size, each for itself.

        They are the subgroup, unless sides are unequal: an element that exchanges axes leads to
        an array with other sides, where other elements may be broken.
        """
        return tuple(s for s in self.group.stabilizer if s not in self.broken)

    def __bool__(self) -> bool:
        return self.is_exact

    def __repr__(self) -> str:
        return f"Exactness({str(self)!r})"

    def __str__(self) -> str:
        size = "×".join(map(str, self.input_size))
        kept = name_elements(self.group, self.elements)
        text = f"{self.setting} on {size} keeps {kept}"
        if self.about != CENTRE:
            text += f" about {self.about}"
        if self.is_exact:
            return text
        s, why = next(iter(self.broken.items()))
        text += f" ({name_element(self.group, s)} is lost: {why})"
        return f"{text}; {', or '.join(self.remedies)}" if self.remedies else text


def exactness_of(
    sampler: Sampler, input_size: int | Sequence[int], *, advise: bool = True
) -> Exactness:
    """Return what a layer keeps of S at an input size, from integers alone.

    Parameters
    ----------
    sampler : Sampler
        How the layer samples.
    input_size : int or sequence of int
        Sides of the input.
    advise : bool
        Whether to look for remedies.

    Raises
    ------
    DimensionError
        If there is another number of sides than lattice axes.
    WindowError
        If the array is too small for the layer, or has no centre that S allows.

    Examples
    --------
    >>> import groupkit as gk
    >>> from groupkit_torch.sampling.kernel import Kernel
    >>> kernel = Kernel.of_window(gk.p4m.window(3), (2, 2), (1, 1))
    >>> print(exactness_of(Sampler(gk.p4m, kernel, (1, 1)), 32))
    stride 2, kernel 3, padding 1 on 32×32 keeps only the mirror m=1, r=1 along (1, 1) of p4m
    (the 4-fold rotation r=1 is lost: the sampled positions lie (-1/2, -1/2) off the centre,
    which M moves); exact at 31 or 33, or with kernel 4 and padding 1, or with kernel 2 and
    padding 0, or with stride 1 and then GroupBlurPool(4, stride=2, padding=1)
    """
    group = sampler.group
    size = read_sides(group, input_size)
    output = sampler.output(size)
    broken, about = sampler.broken(size)
    kept = [s for s in group.stabilizer if s not in broken]
    subgroup = largest_subgroup(group, size, kept, sampler.broken_set)
    remedies = remedies_of(sampler, size) if broken and advise else []
    return Exactness(
        group, setting_of(sampler), size, output, broken, subgroup, about, tuple(remedies)
    )


def read_sides(group: SplitGroup, input_size: object) -> Sides:
    """Return the sides of an array, one for each lattice axis.

    Raises
    ------
    SettingError
        If one is no positive integer.
    DimensionError
        If there is another number of sides than lattice axes.

    Examples
    --------
    >>> import groupkit as gk
    >>> read_sides(gk.p4, 8)
    (8, 8)
    """
    d = group.dimension
    listed = list(input_size) if isinstance(input_size, Sequence) else [input_size] * d
    whole = [None if isinstance(n, bool | str) else integer(n) for n in listed]
    sides = tuple(n for n in whole if n is not None and n > 0)
    if len(sides) < len(listed):
        raise SettingError(
            f"input_size={input_size!r} is no size of an array; use a positive integer, or one "
            f"for each of the {d} lattice axes",
            witness=input_size,
        )
    if len(sides) != d:
        raise DimensionError(
            f"input_size={input_size!r} has {len(sides)} sides, {group.name} acts on {d} lattice "
            "axes; give one side an axis, or one for all",
            witness=sides,
        )
    return sides


def read_shape(group: SplitGroup, input_shape: object) -> Sides:
    """Return the shape of a map of a group, with a stabilizer axis or without.

    Raises
    ------
    SettingError
        If it is no sequence of positive integers.
    FeatureTypeError
        If it has another number of axes.

    Examples
    --------
    >>> import groupkit as gk
    >>> read_shape(gk.p4, [1, 3, 8, 8])
    (1, 3, 8, 8)
    """
    d = group.dimension
    listed = list(input_shape) if isinstance(input_shape, Sequence) else [None]
    whole = [None if isinstance(n, bool | str) else integer(n) for n in listed]
    shape = tuple(n for n in whole if n is not None and n > 0)
    if len(shape) < len(listed):
        raise SettingError(
            f"input_shape={input_shape!r} is no shape of a map; use positive integers, [batch, "
            "channels, *space], or with a stabilizer axis",
            witness=input_shape,
        )
    if not d + 2 <= len(shape) <= d + 3:
        raise FeatureTypeError(
            f"input_shape={shape} has {len(shape)} axes; maps of {group.name} have {d + 2}, or "
            f"{d + 3} with a stabilizer axis",
            witness=shape,
        )
    return shape


def largest_subgroup(
    group: SplitGroup, size: Sides, kept: Sequence[int], broken_at: Callable[[Sides], set[int]]
) -> Subgroup:
    """Return the largest subgroup of S whose elements are all kept, at all sides they lead to.

    Parameters
    ----------
    group : SplitGroup
        G.
    size : tuple of int
        Sides of the input.
    kept : sequence of int
        Elements that are kept at these sides.
    broken_at : callable
        Sides -> elements that are broken there.

    Returns
    -------
    Subgroup
        Of those that two elements generate, which are all of them in one and two dimensions;
        the first one of the largest.

    Examples
    --------
    >>> import groupkit as gk
    >>> largest_subgroup(gk.p4, (8, 8), [0, 2], lambda size: {1, 3}).members
    (0, 2)
    """
    stabilizer = group.stabilizer
    images = {s: image_shape(stabilizer, s, size) for s in stabilizer}
    if all(image == tuple(size) for image in images.values()):
        return stabilizer.subgroup(kept)  # one array: what is kept is closed
    lost = {image: broken_at(image) for image in set(images.values())}
    best = stabilizer.subgroup([])
    for pair in combinations_with_replacement(kept, 2):
        found = stabilizer.subgroup(pair)
        if len(found) > len(best) and not any(lost[images[s]] & set(found) for s in found):
            best = found
    return best


def setting_of(sampler: Sampler) -> str:
    """Return stride, kernel, padding and what else differs from its default, in words."""
    kernel = sampler.kernel
    numbers = [("stride", kernel.stride), ("kernel", kernel.box), ("padding", sampler.padding)]
    if any(sampler.output_padding or ()):
        numbers.append(("output padding", sampler.output_padding or ()))
    if any(step != 1 for step in kernel.dilation):
        numbers.append(("dilation", kernel.dilation))
    return ", ".join(
        f"{name} {sides[0] if len(set(sides)) == 1 else sides}" for name, sides in numbers
    )
