"""The further questions: one per file, and the table of those that a design can ask.

A new one is a frozen callable (`asked` says whether a design asks it, `__call__` takes a study and
returns an `Answer`) and one line here. One that a hard gate does not bar names the gate in
`despite_gates`: a change of the rule is what the question on a change of policy is about. The order
is the order in which a report shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.questions.base import ANSWER_COLUMNS, Answer
from audit.questions.pairs import Pairs
from audit.questions.policy_change import PolicyChange
from audit.questions.reversal import Reversal
from audit.questions.severity import Severity
from audit.questions.timing import Timing
from audit.questions.within_account import WithinAccount

QUESTIONS: Mapping[str, Any] = {
    "pairs": Pairs(),
    "severity": Severity(),
    "timing": Timing(),
    "reversal": Reversal(),
    "policy_change": PolicyChange(),
    "within_account": WithinAccount(),
}

__all__ = ["ANSWER_COLUMNS", "QUESTIONS", "Answer"]
