"""The ordinary accounts of a study, whom nothing may name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from audit.errors import VerifyError
from audit.text import visible
from audit.verification.record import Record
from audit.verification.remade import TOML, shortest, source_of

OFFICIAL = frozenset({"world_leader", "public_official", "candidate"})
MODULE = "audit.verification.accounts"
SHORTEST = 4  # characters of a name that is looked for: shorter ones are words


def ordinary_accounts(record: Record, design: str | Path = "") -> frozenset[str]:
    """Return the names of all accounts that are no officials, at least `SHORTEST` letters long.

    The data are read by a program of its own, in the folder in which their paths mean something.

    Raises
    ------
    VerifyError
        When the design or its data are not at hand.
    """
    path, root = source_of(record, design)
    if path.suffix != TOML:
        raise VerifyError("the report has no design that names its data.")
    asked = [sys.executable, "-P", "-m", MODULE, shortest(path, root)]
    done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        why = visible(done.stderr.strip().rpartition("\n")[2], 300)
        raise VerifyError(f"the data cannot be read: {why}")
    return frozenset(json.loads(done.stdout))


def names_in(path: str | Path) -> list[str]:
    """Return the names of the accounts of a design's data that are no officials, sorted."""
    from audit.design import Design
    from audit.run import load

    design = Design.read(path)
    frame = load(design).frame
    if "account_id" not in frame:
        return []
    official = sorted(OFFICIAL | {design.focal})
    names = frame.loc[~frame["account_class"].isin(official), "account_id"].dropna()
    return sorted(n for n in map(str, names.unique()) if len(n) >= SHORTEST)


def bare_words(text: str) -> frozenset[str]:
    """Return the words of a text without the punctuation around them."""
    return frozenset(w.strip(".,;:!?()[]“”‘’\"'*_@") for w in text.split())


if __name__ == "__main__":
    print(json.dumps(names_in(sys.argv[1])))
