"""Modules with tensors that follow from their settings: made anew where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class Tabulated(nn.Module):
    """A module whose buffers of indices follow from its settings.

    They are no part of what is learnt, so a module that comes from the meta device finds them
    neither in a state_dict nor by drawing weights: they are made wherever the module turns up.
    """

    def reset_parameters(self) -> None:
        """Make the tables anew; a layer with parameters draws those as well."""
        tables = self._tables()
        self._make_tables(tables[0].device if tables else torch.get_default_device())

    def _make_tables(self, device: torch.device) -> None:
        """Make all tables on a device."""
        raise NotImplementedError

    def _tables(self) -> list[Tensor]:
        names = self._non_persistent_buffers_set
        return [b for name, b in self._buffers.items() if name in names and b is not None]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        were_meta = [table.is_meta for table in self._tables()]
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        tables = self._tables()
        if any(were_meta) and not any(table.is_meta for table in tables):  # from to_empty
            self._make_tables(tables[0].device)
        return self

    def _load_from_state_dict(self, state_dict: dict[str, Any], *arguments: Any) -> None:
        super()._load_from_state_dict(state_dict, *arguments)
        if any(table.is_meta for table in self._tables()):  # assign=True brings the parameters
            known = [*self.parameters(), *state_dict.values()]
            real = [t.device for t in known if isinstance(t, Tensor) and not t.is_meta]
            self._make_tables(real[0] if real else torch.get_default_device())
