"""Images on other lattices: hexagonal arrays, resampling."""
