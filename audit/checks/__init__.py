"""The checks: one per file or family, and the table of those that an appraisal runs.

A new one is a frozen callable (fields are thresholds, `__call__` takes a comparison and returns
a finding) and one line here. The order is the order in which a report shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.checks.accounts import AccountWeighting, EnoughAccounts
from audit.checks.balance import Balance
from audit.checks.bans import Bans
from audit.checks.coverage import Coverage
from audit.checks.events import Events
from audit.checks.family import Family
from audit.checks.label_error import LabelError
from audit.checks.leave_one_out import LeaveOneOut
from audit.checks.margin import DetectableGap, Equivalence, Placebo
from audit.checks.multiverse import Multiverse
from audit.checks.negative_controls import NegativeControls
from audit.checks.selective_reporting import SelectiveReporting
from audit.checks.subgroups import Subgroups
from audit.checks.support import Support
from audit.checks.unknown import UnknownClass
from audit.checks.unmeasured import Unmeasured
from audit.checks.within_account import WithinAccount

CHECKS: Mapping[str, Any] = {
    "support": Support(),
    "coverage": Coverage(),
    "balance": Balance(),
    "enough_accounts": EnoughAccounts(),
    "account_weighting": AccountWeighting(),
    "leave_one_out": LeaveOneOut(),
    "family": Family(),
    "events": Events(),
    "unknown_class": UnknownClass(),
    "label_error": LabelError(),
    "selective_reporting": SelectiveReporting(),
    "negative_controls": NegativeControls(),
    "within_account": WithinAccount(),
    "equivalence": Equivalence(),
    "detectable_gap": DetectableGap(),
    "placebo_rank": Placebo(),
    "subgroups": Subgroups(),
    "multiverse": Multiverse(),
    "bans": Bans(),
    "unmeasured": Unmeasured(),
}
