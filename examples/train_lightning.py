"""Lightning's trainer runs a network of groupkit_torch as any other; so do plain loops.

Needs ``pip install lightning scikit-learn``.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import groupkit as gk
import groupkit_torch as gt

try:
    import lightning
except ModuleNotFoundError:
    print("this example needs more: pip install lightning")
    raise SystemExit from None


class Digits(lightning.LightningModule):
    """Two convolutions of p4 on 8×8 digits."""

    def __init__(self) -> None:
        super().__init__()
        L = gt.layers(gk.p4)
        self.net = nn.Sequential(
            *(L.LiftingConv(1, 8, 3, padding=1), L.BatchNorm(8), nn.ReLU()),
            *(L.GroupConv(8, 8, 3, padding=1), L.BatchNorm(8), nn.ReLU(), L.MaxPool(2)),
            *(L.GroupConv(8, 16, 3, padding=1), L.BatchNorm(16), nn.ReLU()),
            *(L.GlobalPool(), nn.Linear(16, 10)),
        )

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        """Return the loss of a batch."""
        x, y = batch
        return nn.functional.cross_entropy(self.net(x), y)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(self.parameters(), lr=0.01)


def main() -> None:
    """Train for some epochs, then test on digits that were left out, upright and turned."""
    lightning.seed_everything(0, verbose=False)
    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 16
    y = torch.tensor(labels)
    loader = DataLoader(TensorDataset(x[:1200], y[:1200]), batch_size=50, shuffle=True)
    model = Digits()
    trainer = lightning.Trainer(
        max_epochs=12,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, loader)
    model.eval()
    for name, turned in (("upright", x[1200:]), ("turned", torch.rot90(x[1200:], 1, (-2, -1)))):
        with torch.no_grad():
            right = (model.net(turned).argmax(1) == y[1200:]).float().mean()
        print(f"{name}: {100 * right:.1f} % of {len(turned)} digits right")


if __name__ == "__main__":
    main()
