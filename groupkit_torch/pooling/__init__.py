"""Pooling over windows, domains of G, cosets, and all of a map."""
