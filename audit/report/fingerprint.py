"""What a report was made of, as hashes: the code, the lock file, the cases."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

PACKAGE = Path(__file__).resolve().parents[1]
SUFFIXES = (".py", ".typ", ".css", ".bib")


def code_hash() -> str:
    """Return the SHA-256 over the package's own files, by name and content, wherever they lie."""
    digest = hashlib.sha256()
    for path in sorted(p for p in PACKAGE.rglob("*") if p.suffix in SUFFIXES):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def lock_hash() -> str:
    """Return the SHA-256 of the checkout's lock file, or words where the package stands alone."""
    lock = PACKAGE.parent / "requirements.lock"
    if not lock.exists():
        return "no lock file: installed outside a checkout"
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def frame_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's columns and values, in its order, as text."""
    digest = hashlib.sha256("\0".join(map(str, frame.columns)).encode("utf-8", "surrogatepass"))
    for column in frame.columns:
        text = "\0".join(frame[column].astype("str").fillna("␀"))
        digest.update(text.encode("utf-8", "surrogatepass") + b"\1")
    return digest.hexdigest()
