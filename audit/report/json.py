"""A result as plain JSON, for the command line and for other programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from audit.evidence import Evidence


def result_json(evidence: Evidence) -> dict[str, Any]:
    """Return design, verdict, estimates, checks and claims; numbers at 12 significant digits."""
    study = evidence.comparison.study
    return {
        "question": study.design.question,
        "design": study.design.to_dict(),
        "design_hash": study.design.hash,
        "simulated": study.cases.simulated,
        "verdict": str(evidence.verdict),
        "said": evidence.said,
        "rung": evidence.rung,
        "sentence": evidence.sentence,
        "note": evidence.note,
        "gates": [{"name": g.name, "kind": g.kind, "says": g.says} for g in study.gates],
        "estimates": _records(evidence.comparison.frame),
        "checks": _records(evidence.to_frame()),
        "claims": [c.to_dict() for c in evidence.claims],
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: _plain(v) for k, v in r.items()} for r in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    return value
