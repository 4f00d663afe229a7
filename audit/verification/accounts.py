"""The ordinary accounts of a study, whom nothing may name."""

from __future__ import annotations

from pathlib import Path

from audit.errors import AuditError, VerifyError
from audit.verification.record import Record
from audit.verification.remade import source_of

OFFICIAL = frozenset({"world_leader", "public_official", "candidate"})
SHORTEST = 4  # characters of a name that is looked for: shorter ones are words


def ordinary_accounts(record: Record, design: str | Path = "") -> frozenset[str]:
    """Return the names of all accounts that are no officials, at least `SHORTEST` letters long.

    Raises
    ------
    VerifyError
        When the design or its data are not at hand.
    """
    from audit.design import Design
    from audit.run import load

    path, _ = source_of(record, design)
    if path.suffix != ".toml":
        raise VerifyError("the report has no design that names its data.")
    try:
        asked = Design.read(path)
        frame = load(asked).frame
    except AuditError as error:
        raise VerifyError(f"the data cannot be read: {error}") from error
    if "account_id" not in frame:
        return frozenset()
    official = OFFICIAL | {asked.focal}
    names = frame.loc[~frame["account_class"].isin(list(official)), "account_id"].dropna()
    return frozenset(n for n in map(str, names.unique()) if len(n) >= SHORTEST)
