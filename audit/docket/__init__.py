"""The docket: every focal case beside its chance under ordinary treatment and its precedents."""

from __future__ import annotations

from audit.docket.record import Docket, open_docket

__all__ = ["Docket", "open_docket"]
