"""Compare enforcement outcomes across account classes, and say how sure one can be.

The line of nouns, each a module and a frozen dataclass, each verb one function between two::

    cases      = audit.read_cases("cases.csv", roster="leaders.csv")
    study      = audit.enroll(cases, audit.Design.read("designs/removal.toml"))
    comparison = audit.compare(study)
    evidence   = audit.appraise(comparison)
    report     = audit.compose(evidence, "reports/removal")

Names are imported when first used, so that `import audit` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "AuditError": "errors",
    "CASE_COLUMNS": "schema",
    "CHARTS": "charts",
    "CHECKS": "checks",
    "Cases": "cases",
    "Claim": "claims",
    "Comparison": "comparison",
    "Contrast": "modelled",
    "Design": "design",
    "ESTIMATORS": "estimators",
    "Evidence": "evidence",
    "Exemptions": "regimes",
    "Ladder": "schema",
    "Origin": "cases",
    "Outcome": "outcome",
    "Regimes": "regimes",
    "Report": "report",
    "Roster": "roster",
    "SOURCES": "sources",
    "STANDARD_LADDER": "schema",
    "Scan": "scanned",
    "Study": "study",
    "Verdict": "claims",
    "appraise": "evidence",
    "claim": "report.claiming",
    "codebook": "schema",
    "compare": "comparison",
    "compose": "report",
    "enroll": "study",
    "fit": "modelled",
    "freeze": "design",
    "pack": "modelled",
    "read_cases": "sources.table",
    "scan": "scanned",
    "survival": "modelled",
    "verify": "verification",
}

_MODULES = ("engine",)
"""Modules that are named by themselves: `audit.engine.Duck(…)`, as the first thing of a script."""

__all__ = sorted([*_HOME, *_MODULES, "__version__"])

if TYPE_CHECKING:
    from audit import engine
    from audit.cases import Cases, Origin
    from audit.charts import CHARTS
    from audit.checks import CHECKS
    from audit.claims import Claim, Verdict
    from audit.comparison import Comparison, compare
    from audit.design import Design, freeze
    from audit.errors import AuditError
    from audit.estimators import ESTIMATORS
    from audit.evidence import Evidence, appraise
    from audit.modelled import Contrast, fit, pack, survival
    from audit.outcome import Outcome
    from audit.regimes import Exemptions, Regimes
    from audit.report import Report, compose
    from audit.report.claiming import claim
    from audit.roster import Roster
    from audit.scanned import Scan, scan
    from audit.schema import CASE_COLUMNS, STANDARD_LADDER, Ladder, codebook
    from audit.sources import SOURCES
    from audit.sources.table import read_cases
    from audit.study import Study, enroll
    from audit.verification import verify


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"audit.{name}")
    if name not in _HOME:
        raise AttributeError(f"audit has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"audit.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
