"""Who may be shown: classes of public officials, and aggregates that are public already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.design import Design

OFFICIALS = frozenset({"world_leader", "public_official", "candidate"})
"""Classes whose accounts may be named by a public record (METHODS §4)."""


def is_protected(account_class: str, design: Design) -> bool:
    """Return whether a class's small cells are hidden.

    Every class is protected unless it holds public officials: one of `OFFICIALS`, or one that the
    design declares under `officials`. The focal class is not exempt for being focal; a class that
    nobody declared, "unknown" included, is protected. A declared class shows its small cells and
    still no names: those are for `OFFICIALS` alone.
    """
    return account_class not in OFFICIALS and account_class not in design.officials


def public_aggregate(cases: Cases) -> str:
    """Return why the data may be shown in full: what every origin's `disclosure` says; else ""."""
    said = [origin.disclosure for origin in cases.origins]
    return "; ".join(dict.fromkeys(said)) if said and all(said) else ""
