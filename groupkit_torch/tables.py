"""Modules with tensors that follow from their settings: made anew where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn


class Tabulated(nn.Module):
    """A module with tables of integers that follow from its settings.

    They are nothing that is learnt, so they are no buffers: nobody is to average, broadcast or
    save them. (An average of integers is truncated, and an index that is one too small is a wrong
    filter.) They move with the module, but not to the meta device: a skeleton there is called with
    the weights of others (`torch.func.functional_call`). A module that was made on it, where
    neither a state_dict nor drawing weights would bring tables, makes them where it turns up.
    """

    _table_names: ClassVar[tuple[str, ...]]

    def reset_parameters(self) -> None:
        """Make the tables anew; a layer with parameters draws those as well."""
        tables = self._tables()
        self._make_tables(tables[0].device if tables else torch.get_default_device())

    def _make_tables(self, device: torch.device) -> None:
        """Make all tables on a device."""
        raise NotImplementedError

    def _tables(self) -> list[Tensor]:
        found = [getattr(self, name, None) for name in self._table_names]
        return [table for table in found if table is not None]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name in self._table_names:
            table = getattr(self, name, None)
            if table is None:
                continue
            device = fn(table.new_empty(0)).device  # alone: to_empty would lose what it holds
            if device.type == "meta":
                break
            if table.is_meta:
                self._make_tables(device)
                break
            setattr(self, name, table.to(device))
        return self

    def _load_from_state_dict(self, state_dict: dict[str, Any], *arguments: Any) -> None:
        super()._load_from_state_dict(state_dict, *arguments)
        if any(table.is_meta for table in self._tables()):  # assign=True brings the parameters
            known = [*self.parameters(), *state_dict.values()]
            real = [t.device for t in known if isinstance(t, Tensor) and not t.is_meta]
            self._make_tables(real[0] if real else torch.get_default_device())
