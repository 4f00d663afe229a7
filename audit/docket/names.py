"""What an account is called where others can read it: a number, or a name that may be given."""

from __future__ import annotations

import hashlib
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

    Numbers follow a draw over all reference accounts of the study: the same in every run, whatever
    the order of rows, and none tells volume, date or id. The draw is keyed by all cells of the
    study, so that nobody who has the report and a list of ids can repeat it.
    """
    found = set(study.cells.of(REFERENCE)["account_id"])
    return _numbered(sorted(found - {NO_ACCOUNT}), study.design.references[0], _key(study))


def focal_names(study: Study, *, named: bool) -> dict[str, str]:
    """Return what each focal account is called: its id if `named`, else a number.

    Numbers are drawn as for the reference accounts. Only accounts of public officials are named;
    those of any other class, the user's own included, never, whoever asks.
    """
    accounts = sorted(set(study.cells.of(FOCAL)["account_id"]) - {NO_ACCOUNT})
    if named and study.design.focal in OFFICIALS:
        return {name: visible(name) for name in accounts} | {NO_ACCOUNT: NOT_STATED}
    return _numbered(accounts, study.design.focal, _key(study))


def called(accounts: pd.Series, names: dict[str, str]) -> pd.Series:
    """Return accounts as they are called."""
    return accounts.map(names).astype("str")


def _key(study: Study) -> int:
    """Return a number that only those who hold the cells can know."""

    def found() -> int:
        cells = study.cells.of(FOCAL, REFERENCE)
        cells = cells.sort_values(list(cells.columns), kind="stable")
        said = "\n".join("\t".join(map(str, row)) for row in cells.itertuples(index=False))
        text = f"{study.design.seed}\n{said}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.sha256(text).digest(), "big")

    key: int = study.once("names", found)
    return key


def _numbered(accounts: list[str], account_class: str, seed: int) -> dict[str, str]:
    order = np.random.default_rng(seed).permutation(len(accounts))
    name = words(account_class)
    out = {accounts[k]: f"{name} account {place}" for place, k in enumerate(order, 1)}
    return out | {NO_ACCOUNT: NOT_STATED}
