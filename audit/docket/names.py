"""What an account is called where others can read it: a number, or a name that may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.disclosure.public import OFFICIALS
from audit.schema import NO_ACCOUNT
from audit.text import visible

if TYPE_CHECKING:
    from audit.study import Study

NOT_STATED = "account not stated"


def reference_names(study: Study) -> dict[str, str]:
    """Return what each reference account is called, in order: "ordinary account 17".

    Numbers follow a draw from the design's seed over all reference accounts of the study: the
    same in every run, whatever the order of rows, and none tells volume, date or id.
    """
    found = set(study.cells.of(REFERENCE)["account_id"])
    return _numbered(sorted(found - {NO_ACCOUNT}), study.design.references[0], study.design.seed)


def focal_names(study: Study, *, named: bool) -> dict[str, str]:
    """Return what each focal account is called: its id if `named`, else a number.

    Numbers are drawn as for the reference accounts. Only accounts of public officials are named;
    those of any other class, the user's own included, never, whoever asks.
    """
    accounts = sorted(set(study.cells.of(FOCAL)["account_id"]) - {NO_ACCOUNT})
    if named and study.design.focal in OFFICIALS:
        return {name: visible(name) for name in accounts} | {NO_ACCOUNT: NOT_STATED}
    return _numbered(accounts, study.design.focal, study.design.seed)


def called(accounts: pd.Series, names: dict[str, str]) -> pd.Series:
    """Return accounts as they are called."""
    return accounts.map(names).astype("str")


def _numbered(accounts: list[str], account_class: str, seed: int) -> dict[str, str]:
    order = np.random.default_rng(seed).permutation(len(accounts))
    name = words(account_class)
    out = {accounts[k]: f"{name} account {place}" for place, k in enumerate(order, 1)}
    return out | {NO_ACCOUNT: NOT_STATED}
