"""Files of pictures, no larger than they need to be."""

from io import BytesIO
from pathlib import Path

from matplotlib.animation import Animation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

DPI = 96
MOVING_DPI = 72
MOVING_COLOURS = 32
COLOURS = 128  # drawings have few: a palette is a third of the size, and looks the same


def save(picture: Figure | Axes | Animation | Image.Image, path: Path) -> None:
    """Write a figure or an image as PNG or JPEG, or an animation as GIF."""
    path.parent.mkdir(exist_ok=True)
    if isinstance(picture, Animation):
        picture.save(path, writer="pillow", dpi=MOVING_DPI)
        _shrink(path)
        return
    image = picture if isinstance(picture, Image.Image) else _drawn(picture)
    if path.suffix == ".jpg":  # with a photograph in it
        image.save(path, quality=80, optimize=True)
    else:
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _drawn(picture: Figure | Axes) -> Image.Image:
    """Return a figure as pixels."""
    figure = picture.figure if isinstance(picture, Axes) else picture
    drawn = BytesIO()
    figure.savefig(drawn, dpi=DPI, facecolor="white")
    return Image.open(drawn).convert("RGB")


def _shrink(path: Path) -> None:
    """Write a GIF again, with one palette for all frames and one frame where several are alike."""
    with Image.open(path) as moving:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(moving)]
    palette = frames[0].quantize(MOVING_COLOURS, method=Image.Quantize.FASTOCTREE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
