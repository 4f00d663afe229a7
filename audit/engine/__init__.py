"""Where rows stay: the engines that scan and group tables of any size."""

from __future__ import annotations

from audit.engine.protocol import ROW, Engine, Relation
from audit.engine.text import Name, Sql, Value, joined, sql

__all__ = ["ROW", "Engine", "Name", "Relation", "Sql", "Value", "joined", "sql"]
