"""What each case's account was, and which rules it met, from the dated tables beside the cases."""

from __future__ import annotations

import pandas as pd

from audit.cases import Origin
from audit.errors import Fault
from audit.ledger import counted
from audit.regimes import Regimes
from audit.roster import A_TIME, Roster, empty_class_fault, undated_fault
from audit.schema import UNKNOWN, rename


def classify(
    frame: pd.DataFrame, roster: Roster | None, unlisted: str | None
) -> tuple[pd.DataFrame, list[Fault], tuple[Origin, ...]]:
    """Return `frame` with a class in every row, what stands in the way, and the roster's origin.

    A spell of the roster as of `posted_at` goes first, and an account that the roster mentions is
    "unknown" outside its spells. The column `account_class` counts for accounts the roster never
    mentions, then `unlisted`, else they are "unknown". Where the roster changes what the column
    said, the column stays as `raw_account_class`.
    """
    if roster is None:
        return _from_column(frame, unlisted)
    faults = _roster_faults(frame, roster, unlisted)
    if faults:
        return frame, faults, ()
    nothing = pd.Series(None, index=frame.index, dtype="str")
    said = frame.get("account_class", nothing)
    covered = roster.covers(frame["account_id"])
    spell = roster.classify(frame["account_id"], frame["posted_at"])
    known = spell.where(covered, said.fillna(unlisted or UNKNOWN))
    if (said.notna() & (said != known)).any():
        frame = frame.assign(raw_account_class=said)
    return frame.assign(account_class=known), [], (_met(frame, roster, covered),)


def _from_column(
    frame: pd.DataFrame, unlisted: str | None
) -> tuple[pd.DataFrame, list[Fault], tuple[Origin, ...]]:
    faults = []
    if unlisted is not None:
        what = "unlisted says what accounts off the roster are, and there is no roster"
        faults.append(Fault(what, value=repr(unlisted), hint="roster=…"))
    if "account_class" not in frame:
        hint = f"{rename('account_class', frame.columns)}, or roster=…"
        faults.append(Fault("is missing", "account_class", allowed="a class column", hint=hint))
        return frame, faults, ()
    if frame["account_class"].isna().all():
        faults.append(empty_class_fault())
    return frame.assign(account_class=frame["account_class"].fillna(UNKNOWN)), faults, ()


def _roster_faults(frame: pd.DataFrame, roster: Roster, unlisted: str | None) -> list[Fault]:
    faults = []
    if unlisted is not None and (not isinstance(unlisted, str) or not unlisted.strip()):
        faults.append(Fault("unlisted is no class", value=repr(unlisted), allowed="a word"))
    if "account_id" not in frame:
        what = "a roster names accounts, and the cases have none"
        return [*faults, Fault(what, "account_id", hint="columns={…: 'account_id'}")]
    covered = roster.covers(frame["account_id"])
    if "posted_at" not in frame:
        what = "a roster is dated, and the cases do not say when they were posted"
        return [*faults, Fault(what, "posted_at", allowed=A_TIME)]
    undated = covered & frame["posted_at"].isna()
    if undated.any():
        rows = tuple(int(row) for row in frame.index[undated])
        faults.append(undated_fault(rows))
    return faults


def _met(frame: pd.DataFrame, roster: Roster, covered: pd.Series) -> Origin:
    met = frame.loc[covered, "account_id"].nunique()
    off = frame.loc[~covered, "account_id"].nunique()
    notes = (
        f"{met:,} of its {counted(len(roster), 'account')} occur among the cases; "
        f"{counted(off, 'account')} of the cases not on it"
    )
    return Origin("roster", "roster of account classes", "", "", "", "", notes=notes)


def mark_regimes(frame: pd.DataFrame, regimes: Regimes | None) -> tuple[pd.DataFrame, list[Fault]]:
    """Return `frame` with `regime`, the version of its rule that each case met when posted."""
    if regimes is None:
        return frame, []
    lacking = [name for name in ("platform", "posted_at") if name not in frame]
    if lacking:
        what = "is missing, and regimes are by platform and date"
        return frame, [Fault(what, name) for name in lacking]
    rule = frame["rule"] if "rule" in frame else pd.Series("", index=frame.index, dtype="str")
    label = regimes.label(frame["platform"], rule, frame["posted_at"])
    if "regime" in frame and (frame["regime"] != label).any():
        frame = frame.assign(raw_regime=frame["regime"])
    return frame.assign(regime=label), []
