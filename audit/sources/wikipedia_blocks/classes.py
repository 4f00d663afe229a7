"""What a target was when it was blocked: administrator, registered account, temporary, address."""

from __future__ import annotations

import hashlib
import ipaddress
import re

import pandas as pd

from audit.roster import Roster
from audit.schema import UNKNOWN

ADMINISTRATOR, REGISTERED, TEMPORARY, ADDRESS = "administrator", "registered", "temporary", "ip"
TEMPORARY_NAME = re.compile(r"~2\d{3}-\d+(?:-\d+)*")
ADDRESS_LIKE = re.compile(r"[0-9A-Fa-f:.]+(?:/\d{1,3})?")


def kind_of(target: pd.Series) -> pd.Series:
    """Return what each target is by its name alone: "ip", "temporary" or "registered".

    An address or a range of them is "ip" (its blocks are of whoever uses it); a name such as
    "~2025-12345-67" is "temporary", as MediaWiki has named people without an account since 2024.
    """
    kinds = {name: _kind(name) for name in target.dropna().unique()}
    return target.map(kinds).astype("str")


def _kind(name: str) -> str:
    if TEMPORARY_NAME.fullmatch(name):
        return TEMPORARY
    if not ADDRESS_LIKE.fullmatch(name):
        return REGISTERED
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return REGISTERED
    return ADDRESS


def classes_of(log: pd.DataFrame, roster: Roster | None) -> pd.Series:
    """Return the class of each entry's target as of the entry.

    Parameters
    ----------
    log : DataFrame
        target, user (who acted) and `at`; either name may be missing.
    roster : Roster, optional
        Spells by user name. Where there is one it alone says who held a role; an account outside
        its spells, or not on it, is what its name says.

    Returns
    -------
    Series of str
        Without a roster a registered target is an "administrator" from the moment after its own
        first entry in this log, since only administrators can block; "unknown" without a target.
    """
    kind = kind_of(log["target"])
    if roster is None:
        first = log.groupby("user")["at"].min()
        held = first.reindex(log["target"]).array < log["at"].array
        found = kind.mask(pd.Series(held, log.index) & kind.eq(REGISTERED), ADMINISTRATOR)
    else:
        spell = roster.classify(log["target"].fillna(""), log["at"])
        found = spell.where(spell != UNKNOWN, kind)
    return found.fillna(UNKNOWN).astype("str")


def pseudonyms(*names: pd.Series) -> dict[str, str]:
    """Return a number for each name, by the order of its SHA-256: no order of the log shows."""
    every = pd.concat(names).dropna().unique()
    order = sorted(every, key=lambda n: hashlib.sha256(n.encode("utf-8", "surrogatepass")).digest())
    width = len(str(len(order)))
    return {name: f"account-{place:0{width}d}" for place, name in enumerate(order, 1)}
