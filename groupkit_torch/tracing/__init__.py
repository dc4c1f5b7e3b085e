"""The symmetry of a map, followed call by call through a whole model."""
