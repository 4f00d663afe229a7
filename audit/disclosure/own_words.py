"""The words of the package itself, which quote nobody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from audit.disclosure.shown import Words, runs_of, words_of


@cache
def _own_text() -> tuple[Words, ...]:
    """Return the words of the package itself, which quote nobody; read only where one matches."""
    package = Path(__file__).resolve().parents[1]
    files: Sequence[Path] = sorted(
        p for end in ("py", "typ", "css") for p in package.rglob(f"*.{end}")
    )
    return tuple(words_of(path.read_text(encoding="utf-8")) for path in files)


@cache
def own_words() -> frozenset[str]:
    """Return every word of the package."""
    return frozenset(word for words in _own_text() for word in words)


@cache
def own_runs() -> frozenset[Words]:
    """Return every run of words of the package that is long enough to be a quote."""
    return frozenset(run for words in _own_text() for run in runs_of(words))
