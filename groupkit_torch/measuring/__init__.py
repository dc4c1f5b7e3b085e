"""Equivariance as it is measured: deviations, translations, layer by layer."""
