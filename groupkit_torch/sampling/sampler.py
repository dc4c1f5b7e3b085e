r"""How a layer samples: what it reads for one output, from where on; or the adjoint of that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groupkit import SplitGroup
from groupkit.action import image_shape
from groupkit.errors import WindowError
from groupkit.stable_subset import stable_subset
from groupkit_torch.geometry import Sides
from groupkit_torch.sampling.kernel import Kernel
from groupkit_torch.sampling.sampling import (
    broken_elements,
    broken_on_torus,
    keeps_every_size,
    why_broken,
)

CENTRE = "the array's centre"
TORUS = "index 0 of the torus"


@dataclass(frozen=True, eq=False)
class Sampler:
    """How a layer samples its input: all that its exactness depends on.

    Parameters
    ----------
    group : SplitGroup
        G.
    kernel : Kernel
        What is read for one output.
    padding : tuple of int
        On both sides of each axis.
    resizable : bool
        Whether the kernel is the window of its size, so that another size may be proposed.
    most_padding : float
        The largest padding allowed, in units of the kernel's sides: one half for pooling.
    output_padding : tuple of int, optional
        Of a transposed layer, which writes where the kernel reads; None for layers that read.
    """

    group: SplitGroup
    kernel: Kernel
    padding: Sides
    resizable: bool = True
    most_padding: float = float("inf")
    output_padding: Sides | None = None

    @property
    def is_adjoint(self) -> bool:
        """Whether it is a transposed layer."""
        return self.output_padding is not None

    @property
    def always_exact(self) -> bool:
        """Whether all of S is kept at every size."""
        if self.output_padding is None:
            return keeps_every_size(self.kernel, self.padding)
        alike = not any(self.output_padding)
        return alike and keeps_every_size(self.kernel, self.padding, adjoint=True)

    def output(self, size: Sides) -> Sides:
        """Return the output's sides.

        Raises
        ------
        WindowError
            If the array is too small.

        Examples
        --------
        >>> import groupkit as gk
        >>> kernel = Kernel.of_window(gk.p2.window(3), (2, 2), (1, 1))
        >>> Sampler(gk.p2, kernel, (1, 1)).output((9, 9))
        (5, 5)
        >>> Sampler(gk.p2, kernel, (1, 1), output_padding=(0, 1)).output((5, 5))
        (9, 10)
        """
        if self.output_padding is None:
            return self.kernel.place(size, self.padding)[0]
        sides = tuple(
            step * (n - 1) - 2 * p + reach + extra + 1
            for n, step, p, reach, extra in zip(
                size,
                self.kernel.stride,
                self.padding,
                self.kernel.reach,
                self.output_padding,
                strict=True,
            )
        )
        if min(size) < 1 or min(sides) < 1:
            least = tuple(
                max(n, n + -((m - 1) // step))
                for n, m, step in zip(size, sides, self.kernel.stride, strict=True)
            )
            raise WindowError(
                f"an array of {'×'.join(map(str, size))} is too small: padding {self.padding} "
                f"crops all of its output; use at least {'×'.join(map(str, least))}",
                witness=size,
            )
        return sides

    def place(self, size: Sides) -> tuple[Sides, Sides]:
        """Return the sides of what the kernel reads for, and the origin that it starts at.

        Of a transposed layer: the sides of its input, for those of its output.
        """
        if self.output_padding is None:
            return self.kernel.place(size, self.padding)
        sides = tuple(
            (m - extra - 1 - reach + 2 * p) // step + 1
            for m, step, p, reach, extra in zip(
                size,
                self.kernel.stride,
                self.padding,
                self.kernel.reach,
                self.output_padding,
                strict=True,
            )
        )
        return sides, tuple(-p for p in self.padding)

    def broken(self, size: Sides) -> tuple[dict[int, str], str]:
        """Return the elements that are broken, why, and the point that S acts about."""
        kernel = self.kernel
        if self.is_adjoint:
            return self._broken_adjoint(size), CENTRE
        if not self.has_torus:
            if kernel.padding_mode == "circular" and not kernel.stabilizer.is_signed_permutation:
                raise WindowError(
                    f"circular padding {self.padding} does not keep the size, so {self.group.name} "
                    'acts on no torus; use padding="same"',
                    witness=self.padding,
                )
            return broken_elements(kernel, self.place, size), CENTRE
        self.output(size)  # raises where the array is too small
        torus = broken_on_torus(kernel, size)
        if kernel.stabilizer.is_signed_permutation:
            centre = broken_elements(kernel, self.place, size)
            if len(centre) <= len(torus):
                return centre, CENTRE
        return torus, TORUS

    @property
    def has_torus(self) -> bool:
        """Whether circular padding keeps the size, so that maps live on a torus."""
        twice = tuple(2 * p for p in self.padding)
        return self.kernel.padding_mode == "circular" and twice == self.kernel.reach

    def broken_set(self, size: Sides) -> set[int]:
        """Return the elements that are broken: all of them where the array is too small."""
        try:
            return set(self.broken(size)[0])
        except WindowError:
            return set(self.group.stabilizer)

    def resized(self, box: Sides, padding: Sides) -> Sampler | None:
        """Return the same layer with another kernel size, and no output padding."""
        if self.kernel.resized is None:
            return None
        extra = None if self.output_padding is None else (0,) * len(padding)
        kernel = self.kernel.resized(box)
        return replace(self, kernel=kernel, padding=padding, output_padding=extra)

    def padded(self, padding: Sides) -> Sampler:
        """Return the same layer with another padding."""
        return replace(self, padding=padding)

    def stepped(self, stride: Sides, dilation: Sides) -> Sampler:
        """Return the same layer with another stride and dilation."""
        return replace(self, kernel=self.kernel.stepped(stride, dilation))

    def _broken_adjoint(self, size: Sides) -> dict[int, str]:
        stabilizer, output = self.group.stabilizer, self.output(size)
        if not stabilizer.is_signed_permutation:
            stable_subset(stabilizer, size)  # raises where S has no centre
        broken = {}
        for s in stabilizer:
            image = image_shape(stabilizer, s, size)
            try:
                found = self.output(image)
            except WindowError:
                broken[s] = f"the output of {'×'.join(map(str, image))} would be empty"
                continue
            if found != image_shape(stabilizer, s, output):
                broken[s] = (
                    f"the output of {'×'.join(map(str, image))} has sides "
                    f"{'×'.join(map(str, found))}, as axes that M exchanges are sampled unlike"
                )
            elif why := why_broken(self.kernel, self.place, output, s):
                broken[s] = why
        return broken
