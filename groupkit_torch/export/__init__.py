"""Networks of plain torch, for where groupkit is not installed."""
