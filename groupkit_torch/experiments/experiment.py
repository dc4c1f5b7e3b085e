"""An experiment as data: a source, what is done to it, a network, a recipe and a seed."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import tomli_w
from torch import nn

from groupkit_torch.experiments import chance, networks
from groupkit_torch.experiments.data import sources
from groupkit_torch.experiments.errors import ExperimentError
from groupkit_torch.experiments.recipe import ROTATED_MNIST, Recipe

TRANSFORMS: Final = ("rotated", "upright")
AUGMENTATIONS: Final = ("none", "rotations", "flips-and-shifts")
PRECISIONS: Final = ("float32", "bfloat16")


@dataclass(frozen=True)
class Experiment:
    """One training and one test: everything that its result depends on, but for the machine.

    Parameters
    ----------
    model : str
        One of ``NETWORKS``.
    source : str
        One of ``sources.FORMS``.
    transform : {"rotated", "upright"}
        "rotated": every image, once, by a random angle, and a volume by one of the 24 rotations of
        a cube. "upright": as it is.
    augmentation : {"none", "rotations", "flips-and-shifts"}
        What is done to the images of each batch: a random rotation, as above; a mirror image or
        not, shifted by up to 4 pixels.
    recipe : Recipe
    precision : {"float32", "bfloat16"}
        Of training. "bfloat16": steps run under autocast, two to three times as fast where the
        processor has the instructions; weights, the optimiser and all tests are in float32 still.
    seed : int
        Of weights, batches, dropout and augmentation.
    width : int, optional
        Of the network; by default that of ``NETWORKS``.
    hold_out : bool
        Whether the validation images are kept apart, and the network tested on them after each
        epoch. By default they are trained with, as for the published tables.
    fraction : float
        Of the training images that are used, the first ones.
    sizes : tuple of int, optional
        Images to train, validate and test with; by default those of the source.
    data_seed : int
        Of the division of the source and of the angles, one for all networks and seeds.
    turns : int
        Positions in which the test images are shown, from 1 to 4, by quarter turns; those of
        volumes are about the first axis.

    Raises
    ------
    ExperimentError
        If a name is unknown or a number out of bounds, before anything is read.

    Examples
    --------
    >>> one = Experiment("p4cnn", "digits", seed=3)
    >>> one == from_toml(one.to_toml())
    True
    >>> one.label
    'P4CNN'
    """

    model: str
    source: str = "digits"
    transform: str = "rotated"
    augmentation: str = "none"
    recipe: Recipe = field(default=ROTATED_MNIST)
    precision: str = "float32"
    seed: int = 0
    width: int | None = None
    hold_out: bool = False
    fraction: float = 1.0
    sizes: tuple[int, ...] | None = None
    data_seed: int = 0
    turns: int = 1

    def __post_init__(self) -> None:
        networks.find(self.model)
        sources.parse(self.source)
        for name, known in (
            ("transform", TRANSFORMS),
            ("augmentation", AUGMENTATIONS),
            ("precision", PRECISIONS),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ExperimentError(
                    f"{name}={value!r} is none of {', '.join(known)}", witness=value
                )
        if self.network.of_volumes and self.augmentation == "flips-and-shifts":
            raise ExperimentError(
                f"augmentation={self.augmentation!r} is for images, and {self.network.title} takes "
                "volumes; ask for rotations",
                witness=self.augmentation,
            )
        bounds = {
            "seed": self.seed >= 0,
            "width": self.width is None or self.width >= 1,
            "fraction": 0 < self.fraction <= 1,
            "sizes": self.sizes is None or (len(self.sizes) == 3 and min(self.sizes) >= 1),
            "data_seed": self.data_seed >= 0,
            "turns": 1 <= self.turns <= 4,
        }
        for name, within in bounds.items():
            if not within:
                value = getattr(self, name)
                raise ExperimentError(f"{name}={value!r} is out of bounds", witness=value)

    @property
    def network(self) -> networks.Network:
        """The network, by its name."""
        return networks.find(self.model)

    def build(self) -> nn.Module:
        """Return the network, new, drawn by torch's generator."""
        return self.network.build(self.network.width if self.width is None else self.width)

    def drawn(self) -> nn.Module:
        """Return the network that training begins with, drawn by the seed."""
        chance.seed_torch(chance.WEIGHTS, self.seed)
        return self.build()

    @property
    def label(self) -> str:
        """What distinguishes it from the others of a table, its seed left out."""
        parts = [self.network.title]
        if self.width not in (None, self.network.width):
            parts.append(f"width {self.width}")
        if self.augmentation != "none":
            parts.append(f"with {self.augmentation}")
        if self.fraction != 1:
            parts.append(f"{100 * self.fraction:g} % of the data")
        if self.precision != "float32":
            parts.append(self.precision)
        return ", ".join(parts)

    @property
    def slug(self) -> str:
        """The label as the name of a folder, with what else it may differ by."""
        kind = sources.parse(self.source)[0]
        parts = [self.model, f"{kind}-{self.transform}", f"{self.recipe.epochs}epochs"]
        parts += [] if self.width is None else [f"width{self.width}"]
        parts += [] if self.augmentation == "none" else [self.augmentation]
        parts += [] if self.fraction == 1 else [f"fraction{self.fraction:g}"]
        parts += [] if self.precision == "float32" else [self.precision]
        parts += ["hold-out"] if self.hold_out else []
        parts += [] if self.turns == 1 else [f"turns{self.turns}"]
        return "_".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, text and lists, without what is not set."""
        declared = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: _plain(value) for name, value in declared.items()}

    def to_toml(self) -> str:
        """Return it as TOML."""
        return tomli_w.dumps(self.as_dict())

    @property
    def digest(self) -> str:
        """A checksum of all that is declared, but for where the data lie."""
        declared = self.as_dict()
        declared["source"] = sources.parse(self.source)[0]
        return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()


def from_dict(entries: Mapping[str, Any]) -> Experiment:
    """Return an experiment from plain numbers, text and lists.

    Raises
    ------
    ExperimentError
        If an entry is unknown, missing, of another type or out of bounds.
    """
    values = dict(entries)
    if "recipe" in values:
        recipe = values["recipe"]
        if not isinstance(recipe, Mapping):
            raise ExperimentError(
                f"recipe={recipe!r} is no table; write [recipe] and its entries below",
                witness=recipe,
            )
        values["recipe"] = _made(Recipe, {**asdict(ROTATED_MNIST), **recipe}, "recipe.")
    made = _made(Experiment, values, "")
    assert isinstance(made, Experiment)
    return made


def from_toml(text: str, where: str = "the TOML") -> Experiment:
    """Return the experiment of a TOML text.

    Parameters
    ----------
    text : str
    where : str
        Its file, for messages.

    Raises
    ------
    ExperimentError
        If it is no TOML, or no experiment.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{where} is no TOML: {error}", witness=where) from error
    try:
        return from_dict(entries)
    except ExperimentError as error:
        raise ExperimentError(f"{where}: {error.message}", error.witness) from error


def read_toml(path: Path) -> Experiment:
    """Return the experiment of a TOML file.

    Raises
    ------
    ExperimentError
        If it cannot be read, or is no experiment.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path} cannot be read: {error}", witness=str(path)) from error
    return from_toml(text, str(path))


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "int | None": (int,),
    "float": (int, float),
    "bool": (bool,),
    "tuple[int, ...] | None": (list, tuple),
    "tuple[int, ...]": (list, tuple),
    "Recipe": (Recipe,),
}


def _made(
    kind: type[Experiment] | type[Recipe], values: Mapping[str, Any], prefix: str
) -> Experiment | Recipe:
    """Return a dataclass of values whose names and types were checked."""
    known = {entry.name: str(entry.type) for entry in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise ExperimentError(
                f"there is no entry {prefix}{name}; there are {', '.join(known)}", witness=name
            )
        types = _TYPES[known[name]]
        wrong_items = isinstance(value, list | tuple) and any(type(n) is not int for n in value)
        if (
            not isinstance(value, types)
            or (bool not in types and isinstance(value, bool))
            or wrong_items
        ):
            raise ExperimentError(
                f"{prefix}{name}={value!r} is of another type than {known[name]}", witness=value
            )
    if kind is Experiment and "model" not in values:
        raise ExperimentError("an experiment needs a model", witness="model")
    return kind(**{name: _typed(value, known[name]) for name, value in values.items()})


def _typed(value: Any, kind: str) -> Any:
    """Return lists of TOML as tuples, and whole numbers as floats where those are meant."""
    if isinstance(value, list):
        return tuple(value)
    return float(value) if kind == "float" else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
