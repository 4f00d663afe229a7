"""The ledger: what every step took, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from audit.deferred import late
from audit.schema import UNKNOWN
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

FLAG_POINTS = 5
"""A step is flagged where it takes this many percentage points more of one class than another."""

CLASS_NOT_COMPARED = "class not in the main comparison"
NOT_SANCTIONED = "not sanctioned, so it could not be reversed"
ALSO_FOCAL = "account is also focal; see within_account"
OUTCOME_UNKNOWN = "outcome unknown: censored or not recorded"
"""Why rows leave on their way into a study."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What one step took from one class.

    Attributes
    ----------
    step : int
        1 for the first.
    because, account_class : str
    cases_before, cases_removed, cases_after : int
        Sums of `count`, or rows where there is none.
    accounts_before, accounts_removed : int
        Accounts of the class, and those with no row left in it; rows without an id count for none.
    share_removed : float
        cases_removed / cases_before, between 0 and 1.
    flagged : bool
        The share is `FLAG_POINTS` percentage points or more above that of another class that had
        at least one case.
    """

    step: int
    because: str
    account_class: str
    cases_before: int
    cases_removed: int
    cases_after: int
    accounts_before: int
    accounts_removed: int
    share_removed: float
    flagged: bool


def tally(frame: pd.DataFrame, counts: pd.Series) -> pd.DataFrame:
    """Return `cases` (sum of counts) and `accounts` (distinct ids) by class, unknown last.

    Parameters
    ----------
    frame : DataFrame
        With `account_class` and `account_id`; rows without an id count for no account.
    counts : Series of int
        Cases each row stands for, on the index of `frame`.
    """
    return _Numbered.of(frame, counts).tally()


def removals(
    frame: pd.DataFrame, counts: pd.Series, stays: np.ndarray, *, because: str, step: int
) -> tuple[Removal, ...]:
    """Return what keeping only `stays` takes from each class of `frame`, as step number `step`."""
    numbered = _Numbered.of(frame, counts)
    return entries(numbered.tally(), numbered.keep(stays).tally(), because=because, step=step)


def entries(
    before: pd.DataFrame, after: pd.DataFrame, *, because: str, step: int
) -> tuple[Removal, ...]:
    """Return what a step took, from tallies made before and after it; see `tally`."""
    after = after.reindex(before.index, fill_value=0)
    n, left = before["cases"].to_numpy(), after["cases"].to_numpy()
    lines = zip(before.index, n, n - left, left, before["accounts"], after["accounts"], strict=True)
    flags = _flagged(n, n - left)
    return tuple(
        Removal(
            step=step,
            because=because,
            account_class=str(name),
            cases_before=int(had),
            cases_removed=int(lost),
            cases_after=int(has),
            accounts_before=int(accounts),
            accounts_removed=int(accounts - remain),
            share_removed=float(lost / had) if had else 0.0,
            flagged=flag,
        )
        for (name, had, lost, has, accounts, remain), flag in zip(lines, flags, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Numbered:
    """Class, account (-1 where it has no id) and count of each row, labels as numbers."""

    classes: np.ndarray
    names: pd.Index
    accounts: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame, counts: pd.Series) -> _Numbered:
        classes, names = pd.factorize(frame["account_class"].astype("str"))
        accounts, _ = pd.factorize(frame["account_id"])
        return cls(classes, names.rename("account_class"), accounts, counts.to_numpy("int64"))

    def keep(self, stays: np.ndarray) -> _Numbered:
        rows = {name: getattr(self, name)[stays] for name in ("classes", "accounts", "counts")}
        return replace(self, **rows)

    def tally(self) -> pd.DataFrame:
        here = np.flatnonzero(np.bincount(self.classes, minlength=len(self.names)))
        of_class = [self.classes == number for number in here]
        table = pd.DataFrame(
            {
                "cases": [int(self.counts[rows].sum()) for rows in of_class],
                "accounts": [_distinct(self.accounts[rows]) for rows in of_class],
            },
            index=self.names[here],
            dtype="int64",
        )
        return in_order(table)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return a tally with the class of most cases first and unknown last."""
    size = table["cases"].to_dict()
    return table.loc[sorted(size, key=lambda name: (name == UNKNOWN, -size[name], name))]


def _distinct(codes: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(codes + 1)[1:])) if len(codes) else 0


def _flagged(before: np.ndarray, removed: np.ndarray) -> list[bool]:
    # Whole numbers throughout: 0.15 − 0.10 ≥ 0.05 is false in binary fractions.
    pairs = [(int(r), int(n)) for r, n in zip(removed, before, strict=True)]
    return [any(_exceeds(one, other) for other in pairs) for one in pairs]


def _exceeds(one: tuple[int, int], other: tuple[int, int]) -> bool:
    (removed, n), (other_removed, other_n) = one, other
    if n < 1 or other_n < 1:
        return False
    return 100 * (removed * other_n - other_removed * n) >= FLAG_POINTS * n * other_n


def counted(n: int, noun: str) -> str:
    """Return "1 case" or "2,000 cases"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def ledger_lines(ledger: Sequence[Removal]) -> list[str]:
    """Say each step in words, and where it took more of one class than of another."""
    steps: dict[int, list[Removal]] = {}
    for entry in ledger:
        steps.setdefault(entry.step, []).append(entry)
    return [line for entries in steps.values() for line in _step_lines(entries)]


def _step_lines(entries: Sequence[Removal]) -> list[str]:
    first = entries[0]
    taken = sum(entry.cases_removed for entry in entries)
    of = sum(entry.cases_before for entry in entries)
    reason = visible(first.because, 300)
    lines = [f"step {first.step}: {taken:,} of {counted(of, 'case')} removed: {reason}"]
    if any(entry.flagged for entry in entries):
        shares = ", ".join(
            f"{100 * e.share_removed:.1f} % of {visible(e.account_class)}" for e in entries
        )
        lines.append(
            f"  it took {shares}: a step that takes {FLAG_POINTS} points more of one class than of "
            "another can make a gap or hide one"
        )
    return lines
