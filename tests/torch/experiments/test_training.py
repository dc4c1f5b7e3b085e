"""Training that is stopped anywhere and taken up again ends with the same bits."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from groupkit_torch.experiments import (
    CheckpointError,
    Experiment,
    ExperimentError,
    Prepared,
    Recipe,
    Training,
    networks,
    prepare,
)
from groupkit_torch.experiments.chance import batches
from groupkit_torch.experiments.evaluation import confusion, error_of, frozen
from groupkit_torch.experiments.processes import Processes
from groupkit_torch.experiments.training import Position
from tests.torch.experiments.tiny import SIZES, idx_folder

CPU = Processes(torch.device("cpu"))
RECIPE = Recipe("adam", 0.01, 2, 16, (1,), weight_decay=1e-5)


class KilledError(Exception):
    """Stands for the death of the process."""


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    folder = idx_folder(tmp_path_factory.mktemp("data"))
    # dropout and augmentation draw random numbers
    return Experiment(
        "z2cnn",
        f"idx:{folder}",
        "rotated",
        "rotations",
        RECIPE,
        width=2,
        hold_out=True,
        sizes=SIZES,
    )


@pytest.fixture(scope="module")
def data(experiment: Experiment) -> Prepared:
    return prepare(experiment)


def outcome(training: Training) -> tuple[list[torch.Tensor], list[dict[str, object]], object]:
    """Weights and statistics, what was logged but for the time, and predictions."""
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in training.position.rows]
    return list(training.model.state_dict().values()), rows, training.test().tolist()


def same(one: Training, other: Training) -> bool:
    (weights, *rest), (others, *others_rest) = outcome(one), outcome(other)
    return rest == others_rest and all(map(torch.equal, weights, others))


@pytest.fixture(scope="module")
def whole(experiment: Experiment, data: Prepared) -> Training:
    training = Training(experiment, data, CPU)
    training.run()
    return training


@pytest.mark.parametrize("save_every", [1, 2])
def test_stopped_after_every_batch(
    experiment: Experiment, data: Prepared, whole: Training, tmp_path: Path, save_every: int
) -> None:
    stops, steps = 0, 0
    while True:
        training = Training(experiment, data, CPU, tmp_path / "a.pt", save_every)
        steps = 0

        def die(_: object) -> None:
            nonlocal steps
            steps += 1
            if steps == save_every + 1:  # once past what was saved
                raise KilledError

        try:
            training.run(die)
        except KilledError:
            stops += 1
            torch.rand(7)  # whatever else drew random numbers in the meantime
            continue
        break
    assert stops >= 2
    assert same(training, whole)


def test_a_finished_training_is_taken_up_where_it_ended(
    experiment: Experiment, data: Prepared, whole: Training, tmp_path: Path
) -> None:
    Training(experiment, data, CPU, tmp_path / "a.pt").run()
    again = Training(experiment, data, CPU, tmp_path / "a.pt")
    assert again.position.epoch == RECIPE.epochs
    assert same(again, whole)


def test_steps_in_bfloat16(experiment: Experiment, data: Prepared, tmp_path: Path) -> None:
    experiment = replace(experiment, precision="bfloat16")
    whole = Training(experiment, data, CPU, tmp_path / "a.pt", 1)
    seen: list[torch.dtype] = []
    whole.model.register_forward_hook(lambda _module, _inputs, out: seen.append(out.dtype))

    def die(position: Position) -> None:
        if (position.epoch, position.batch) == (1, 2):
            raise KilledError

    with pytest.raises(KilledError):
        whole.run(die)
    assert set(seen) == {torch.bfloat16, torch.float32}  # validation is in float32
    again = Training(experiment, data, CPU, tmp_path / "a.pt")
    again.run()
    uninterrupted = Training(experiment, data, CPU)
    uninterrupted.run()
    assert same(again, uninterrupted)
    assert all(parameter.dtype == torch.float32 for parameter in again.model.parameters())
    assert experiment.slug.endswith("_bfloat16_hold-out")
    assert experiment.label.endswith(", bfloat16")


def test_the_comparison_sees_a_difference(
    experiment: Experiment, data: Prepared, whole: Training
) -> None:
    other = Training(replace(experiment, seed=1), data, CPU)
    other.run()
    assert not same(other, whole)


def test_what_is_logged(whole: Training) -> None:
    rows = whole.position.rows
    assert [row["epoch"] for row in rows] == [1, 2]
    assert [row["rate"] for row in rows] == [0.01, 0.001]
    assert all(0 <= float(row["validation_error"] or 0) <= 100 for row in rows)
    assert whole.test().sum() == SIZES[2]


@pytest.mark.parametrize("change", ["seed", "data"])
def test_checkpoints_of_others_are_refused(
    experiment: Experiment, data: Prepared, tmp_path: Path, change: str
) -> None:
    Training(experiment, data, CPU, tmp_path / "a.pt", 1)._save()
    if change == "seed":
        experiment = replace(experiment, seed=5)
    else:
        data = replace(data, digest="other")
    with pytest.raises(CheckpointError, match="is of another experiment, or of other data"):
        Training(experiment, data, CPU, tmp_path / "a.pt")


def test_every_image_is_seen_once_in_an_epoch() -> None:
    parts = batches(103, 16, seed=2, epoch=5)
    assert sorted(torch.cat(parts).tolist()) == list(range(103))
    assert {len(part) for part in parts} == {14, 15}
    assert not torch.equal(parts[0], batches(103, 16, seed=2, epoch=6)[0])


def test_images_are_standardised(data: Prepared) -> None:
    assert data.train.images.mean().item() == pytest.approx(0, abs=1e-5)
    assert data.train.images.std(correction=0).item() == pytest.approx(1, abs=1e-4)
    torch.testing.assert_close(data.black, data.train.images.amin((0, 2, 3), keepdim=True))


def test_validation_images_are_trained_with_unless_held_out(experiment: Experiment) -> None:
    data = prepare(replace(experiment, hold_out=False))
    assert data.validation is None
    assert len(data.train) == SIZES[0] + SIZES[1]
    few = prepare(replace(experiment, fraction=0.1))
    assert len(few.train) == SIZES[0] // 10


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    one = Experiment("p4cnn", f"idx:{idx_folder(tmp_path, side=24)}", sizes=SIZES)
    with pytest.raises(ExperimentError, match=r"P4CNN takes images of 1×28×28, and .* 1×24×24"):
        prepare(one)


class Two(nn.Module):
    """Two classes, where there are ten."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.flatten(1))


def test_a_network_that_does_not_fit_is_refused_before_training(
    experiment: Experiment, data: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = networks.Network("Two", "rotmnist", lambda _: Two(), 1)
    monkeypatch.setitem(networks.NETWORKS, "z2cnn", two)
    with pytest.raises(ExperimentError, match=r"gives scores of shape \[2, 2\] for 2 images of 10"):
        Training(experiment, data, CPU)


def test_divergence_is_noticed(experiment: Experiment, data: Prepared) -> None:
    training = Training(experiment, data, CPU)
    with torch.no_grad():
        next(iter(training.model.parameters())).fill_(torch.nan)
    with pytest.raises(ExperimentError, match=r"the loss of epoch 0 is nan.*lower the rate"):
        training.run()


def test_too_few_images_for_the_processes_are_refused(
    experiment: Experiment, data: Prepared
) -> None:
    with pytest.raises(ExperimentError, match="batches of 13, too few for 20 processes"):
        Training(experiment, data, Processes(torch.device("cpu"), 0, 20))


def test_confusion_counts_and_shares_add_up(data: Prepared) -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    counts = confusion(net, data.test, 10)
    expected = torch.zeros(10, 10, dtype=torch.int64)
    for image, label in zip(data.test.images, data.test.labels, strict=True):
        expected[label, net(image[None]).argmax()] += 1
    assert torch.equal(counts, expected)
    shares = sum(confusion(net, data.test, 10, (rank, 3)) for rank in range(3))
    assert torch.equal(torch.as_tensor(shares), expected)
    wrong = (net(data.test.images).argmax(1) != data.test.labels).double().mean()
    assert error_of(counts) == pytest.approx(100 * wrong.item())


def test_evaluation_leaves_the_network_as_it_was(whole: Training) -> None:
    model = whole.model
    for training in (True, False):
        model.train(training)
        with frozen(model):
            assert not model.training
        assert model.training is training
        assert all(parameter.requires_grad for parameter in model.parameters())
