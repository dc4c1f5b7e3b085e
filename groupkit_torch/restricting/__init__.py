"""Maps, layers and networks of G on a smaller group."""
