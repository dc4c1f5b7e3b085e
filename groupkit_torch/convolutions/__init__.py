"""Layers with filters: one weight, the index of its bank, one call of torch."""
