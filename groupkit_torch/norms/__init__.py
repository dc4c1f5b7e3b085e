"""Normalisation over whole orbits, inside the domain of a map."""
