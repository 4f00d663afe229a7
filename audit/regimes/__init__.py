"""Which rules were in force when, and whom the platform said it would spare."""

from audit.regimes.exemptions import Exemptions
from audit.regimes.versions import Regimes

__all__ = ["Exemptions", "Regimes"]
