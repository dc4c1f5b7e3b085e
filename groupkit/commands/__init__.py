"""The commands of ``groupkit``: check, list, show, export, playground."""
