"""The typefaces of a report: where they lie, which characters they have, how wide text is."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from audit.errors import ReportError

WHEELS = (
    "fontpkg_fira_sans",
    "fontpkg_source_serif_4",
    "fontpkg_noto_sans_arabic",
    "fontpkg_noto_sans_devanagari",
)
STYLES = {"fontpkg_fira_sans": ("Regular", "Italic", "Bold", "BoldItalic", "SemiBold")}
LAST_RESORT = "LastResort"  # draws a labelled box for any character, so no build fails on one
JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f\u2066\u2067\u2068\u2069\u200b")


@cache
def font_files() -> tuple[Path, ...]:
    """Return the font files a report may use, in order of preference.

    Raises
    ------
    ReportError
        If a font package is not installed.
    """
    files: list[Path] = []
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is None or spec.origin is None:
            name = wheel.replace("_", "-")
            raise ReportError(f"The font package {name} is missing. Try: pip install {name}.")
        wanted = STYLES.get(wheel)
        for path in sorted((Path(spec.origin).parent / "files").glob("*.ttf")):
            if wanted is None or path.stem.split("-")[-1] in wanted:
                files.append(path)
    return (*files, *_matplotlib_fonts())


def _matplotlib_fonts() -> list[Path]:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    names = [f"DejaVuSans{style}.ttf" for style in ("", "-Bold", "-Oblique")]
    names += [f"DejaVuSansMono{style}.ttf" for style in ("", "-Bold")]
    return [*(folder / n for n in names), *sorted(folder.glob(f"{LAST_RESORT}*.ttf"))]


@cache
def sans(bold: bool = False) -> Path:
    """Return the file of the sans-serif face used in tables and charts."""
    stem = "FiraSans-Bold" if bold else "FiraSans-Regular"
    return next(p for p in font_files() if p.stem == stem)


@cache
def _widths(path: Path) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    font = TTFont(path, lazy=True)
    size = font["head"].unitsPerEm
    metrics = font["hmtx"].metrics
    return {code: metrics[glyph][0] / size for code, glyph in font.getBestCmap().items()}


@cache
def _tabular(bold: bool) -> float:
    # Tables are set with tabular figures, all as wide as the widest proportional one at most.
    return max(_widths(sans(bold))[ord(digit)] for digit in "0123456789")


@cache
def _character(character: str, bold: bool, code: bool) -> float:
    if character in JOINING or unicodedata.combining(character):
        return 0.0
    if character.isascii() and character.isdigit() and not code:
        return _tabular(bold)
    first = [p for p in font_files() if p.stem == "DejaVuSansMono"] if code else [sans(bold)]
    for path in (*first, *font_files()):
        if LAST_RESORT not in path.name:
            width = _widths(path).get(ord(character))
            if width is not None:
                return width
    return 1.2  # the Last Resort box, a little wider than its em


def text_width(text: str, size: float, *, bold: bool = False, code: bool = False) -> float:
    """Return how wide `text` is set at `size` points, in points, without kerning (never less)."""
    scale = 0.86 if code else 1.0
    return size * scale * sum(_character(c, bold, code) for c in text)


def wrap(
    text: str,
    width: float,
    size: float,
    *,
    bold: bool = False,
    measure: Callable[[str], float] | None = None,
) -> list[str]:
    """Break `text` into lines at most `width` points wide; a longer word is cut between letters.

    `measure` returns the width of a text in points where it is not set in the report's faces.
    """

    def wide(said: str) -> float:
        return measure(said) if measure else text_width(said, size, bold=bold)

    lines: list[str] = []
    line = ""
    for word in text.split():
        trial = f"{line} {word}".strip()
        if wide(trial) <= width:
            line = trial
            continue
        if line:
            lines.append(line)
        line = ""
        for character in word:
            if line and wide(line + character) > width:
                lines.append(line)
                line = ""
            line += character
    return [*lines, line] if line else lines


def uncovered(texts: Iterable[str]) -> tuple[str, ...]:
    """Return, sorted, the characters of `texts` for which no face of the report has a glyph."""
    characters = {c for text in texts for c in text if ord(c) > 0x7E} - JOINING
    faces = [_widths(p) for p in font_files() if LAST_RESORT not in p.name]
    return tuple(sorted(c for c in characters if not any(ord(c) in face for face in faces)))
