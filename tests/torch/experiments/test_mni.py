"""Patches of a brain: out of one wheel, of slabs that are kept apart, labelled by their shapes."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from groupkit_torch.experiments import DataFileError, Experiment, Recipe, Training, prepare
from groupkit_torch.experiments.command import main
from groupkit_torch.experiments.data import orient, sources
from groupkit_torch.experiments.data.mni import SHAPES, SIDE, SLAB, cut_patches, read_mni
from groupkit_torch.experiments.data.orientation import ORIENTATIONS
from groupkit_torch.experiments.data.shape_index import shape_index, smoothed
from groupkit_torch.experiments.networks import SETS
from groupkit_torch.experiments.processes import Processes
from groupkit_torch.experiments.result import read
from groupkit_torch.experiments.training import Position
from tests.torch.experiments.tiny import MEMBER, brain, brain_wheel, nifti

SIZES = (20, 5, 15)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brain_wheel(tmp_path_factory.mktemp("data") / "nilearn.whl")


@pytest.fixture
def any_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "read_mni", partial(read_mni, sha256=None))


def test_volumes_are_read_as_they_are(wheel: Path) -> None:
    t1, white = read_mni(wheel, sha256=None)
    assert np.array_equal(t1, brain())
    assert np.array_equal(white, brain())


def test_another_wheel_is_refused(wheel: Path) -> None:
    with pytest.raises(DataFileError, match=r"is not the wheel of nilearn 0\.14\.1: its sha256 is"):
        read_mni(wheel)


@pytest.mark.parametrize(
    ("white", "said"),
    [
        (b"no volume", "is no NIfTI-1 file"),
        (bytes(nifti(brain()))[:-1], "where its header says 31 × 96 × 30"),
        (bytes(nifti(np.zeros((3, 4, 5)))), r"volumes of \(31, 96, 30\) and \(3, 4, 5\) voxels"),
    ],
    ids=["text", "cut", "another"],
)
def test_damage_is_refused_by_name(tmp_path: Path, white: bytes, said: str) -> None:
    path = brain_wheel(tmp_path / "a.whl", wm=white)
    with pytest.raises(DataFileError, match=said) as caught:
        read_mni(path, sha256=None)
    assert str(path) in str(caught.value)


def test_archives_without_the_files_are_refused(wheel: Path, tmp_path: Path) -> None:
    raw = wheel.read_bytes()
    path = tmp_path / "a.whl"
    for damaged in (
        raw[:-4],
        raw.replace(MEMBER.format("wm").encode(), MEMBER.format("gm").encode()),
        raw[:5000] + bytes(100) + raw[5100:],
    ):
        path.write_bytes(damaged)
        with pytest.raises(DataFileError, match="is no archive with nilearn/datasets/data/mni_"):
            read_mni(path, sha256=None)


def test_no_voxel_is_in_two_parts() -> None:
    white = brain()
    x, y, _ = np.indices(white.shape)
    slabs = np.where(x < 16, y // SLAB, 255).astype(np.uint8)  # the right half is not to be seen
    parts = cut_patches(slabs, white)
    seen = {
        part: {round(255 * value) for value in data.images.unique().tolist()}
        for part, data in parts.items()
    }
    assert seen == {"train": {0}, "validation": {2}, "test": {1, 3}}


def test_classes_are_shapes_in_the_middle_and_equally_many() -> None:
    white = brain()
    parts = cut_patches(white, white)
    for data in parts.values():
        assert data.images.shape[1:] == (1, SIDE, SIDE, SIDE)
        assert len(data) >= 25
        assert torch.equal(data.labels, torch.arange(len(data)) % 5)
        middle = slice(SIDE // 2 - 3, SIDE // 2 + 2)  # corners two off that in the middle
        at = np.zeros((5, 5, 5), bool)
        at[2, 2, 2] = True
        for image, label in zip(data.images[:, 0].double().numpy(), data.labels, strict=True):
            share = smoothed(image, times=2)  # what is outside the patch has no part in it
            corners = sum(
                share[i : i + SIDE - 1, j : j + SIDE - 1, k : k + SIDE - 1]
                for i in (0, 1)
                for j in (0, 1)
                for k in (0, 1)
            )
            near = np.asarray(corners)[middle, middle, middle] / 8
            index, steepness = shape_index(near, at)
            assert np.digitize(index, SHAPES) == label.item()
            assert steepness > 0.03
            assert abs(near[2, 2, 2] - 0.5) < 0.1


def test_patches_are_the_same_each_time_and_each_once() -> None:
    white = brain()
    one, other = cut_patches(white, white), cut_patches(white, white)
    for part, data in one.items():
        assert torch.equal(data.images, other[part].images)
        assert len(data.images.flatten(1).unique(dim=0)) == len(data)


@pytest.mark.usefixtures("any_wheel")
def test_volumes_are_oriented_and_standardised(wheel: Path) -> None:
    one = Experiment("o-volumenet", f"mni:{wheel}", "upright", hold_out=True, sizes=SIZES)
    upright = prepare(one)
    turned = prepare(Experiment("o-volumenet", f"mni:{wheel}", hold_out=True, sizes=SIZES))
    assert upright.classes == 5
    assert upright.digest == turned.digest
    assert turned.title.endswith("rotated here at random")
    assert turned.train.images.mean().item() == pytest.approx(0, abs=1e-5)
    for before, after in zip(upright.test.images, turned.test.images, strict=True):
        every = orient(before.expand(24, *before.shape), torch.arange(24))
        assert any(torch.allclose(one, after, atol=1e-5) for one in every)
    assert not torch.allclose(upright.test.images, turned.test.images)


@pytest.mark.parametrize("name", SETS["volumes"])
def test_which_orientations_change_the_scores(name: str) -> None:
    net = Experiment(name).build().double().eval()
    volume = torch.rand(1, *Experiment(name).network.shape, dtype=torch.float64)
    with torch.no_grad():
        scores = net(orient(volume.expand(24, *volume.shape[1:]), torch.arange(24)))
    kept = (scores - scores[0]).abs().amax(1) < 1e-12
    rotations = {"volumenet": 1, "c4h-volumenet": 4, "d4h-volumenet": 8}.get(name, 24)
    assert len(kept) == len(ORIENTATIONS)
    assert kept.sum() == rotations


class KilledError(Exception):
    """Stands for the death of the process."""


@pytest.mark.usefixtures("any_wheel")
def test_a_run_that_was_killed_ends_with_the_same_bits(wheel: Path, tmp_path: Path) -> None:
    recipe = Recipe("adam", 0.01, 2, 10, (1,))
    one = Experiment(
        "d4h-volumenet", f"mni:{wheel}", "rotated", "rotations", recipe, width=4, sizes=SIZES
    )
    data, cpu = prepare(one), Processes(torch.device("cpu"))

    def die(position: Position) -> None:
        if (position.epoch, position.batch) == (1, 1):
            raise KilledError

    with pytest.raises(KilledError):
        Training(one, data, cpu, tmp_path / "a.pt", 2).run(die)
    again = Training(one, data, cpu, tmp_path / "a.pt")
    assert (again.position.epoch, again.position.batch) == (1, 0)
    again.run()
    whole = Training(one, data, cpu)
    whole.run()
    for mine, theirs in zip(
        again.model.state_dict().values(), whole.model.state_dict().values(), strict=True
    ):
        assert torch.equal(mine, theirs)
    assert torch.equal(again.test(), whole.test())


@pytest.mark.usefixtures("any_wheel")
def test_the_whole_command(wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["volumes", "--model", "o-volumenet", "--width", "3", "--epochs", "1", "--upright"]
    words += ["--sizes", *map(str, SIZES), "--turns", "4", "--out", str(tmp_path)]
    assert main([*words, "--data", f"mni:{wheel}"]) == 0
    assert "patches of the MNI152 brain; 15 test images." in capsys.readouterr().out
    (found,) = tmp_path.rglob("result.json")
    one = read(found)
    assert one.n_train == 25
    assert one.turned == 3 * [one.confusion]  # it is invariant under rotations
    assert main([*words, "--data", "digits"]) == 2
    assert "O-VolumeNet takes images of 1×12×12×12" in capsys.readouterr().err
