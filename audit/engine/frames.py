"""Any frame a user has, at the door."""

from __future__ import annotations

from typing import Any


class _Stream:
    """Shows nothing of a table but its Arrow stream, which the engine reads without pyarrow."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the stream of the table."""
        return self.table.__arrow_c_stream__(requested_schema)


def is_frame(data: Any) -> bool:
    """Return whether `data` is a pandas frame, or offers an Arrow stream."""
    return _is_pandas(data) or hasattr(data, "__arrow_c_stream__")


def streamed(data: Any) -> Any:
    """Return what the embedded engine registers: pandas as it is, others as an Arrow stream."""
    return data.reset_index(drop=True) if _is_pandas(data) else _Stream(data)


def _is_pandas(data: Any) -> bool:
    return type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns")
