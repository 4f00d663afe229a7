"""Modules that take long to load, imported when something of them is first used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands for a module until it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def late(name: str) -> Any:
    """Return what stands for a module, which is imported at the first use of any of its names.

    For modules on the way of a scan, which needs no data frame: half of the time and a third of
    the memory that a small one takes would go into loading what makes them.
    """
    return _Late(name)
