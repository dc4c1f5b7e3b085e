"""``groupkit demo``: groups checked, networks trained on real digits, rotations tried."""

from groupkit_torch.demo.command import main

__all__ = ["main"]
