"""How every chart looks: typeface, ink, and one colour and one shape per class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager

from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.design import Design

INK, MUTED, GRID, PAPER = "#1f2328", "#57606a", "#d8dee4", "#ffffff"
FOCAL, REFERENCE = "#9f1239", "#0072B2"
OTHERS = ("#B34F00", "#00806A", "#7B4FA3", "#8A6D00")
NOBODY = "#6B7280"
"""Of the unknown class, and of whatever is not a class."""
LABEL, DETAIL = 9.0, 8.0
"""Sizes of type in points; nothing is set smaller than `DETAIL`."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a class is drawn: a colour, and a shape and line that tell it apart in grey."""

    colour: str
    marker: str
    line: Any = "-"


FOCAL_LOOK = Look(FOCAL, "o")
REFERENCE_LOOK = Look(REFERENCE, "D", (0, (5, 1.5)))
UNKNOWN_LOOK = Look(NOBODY, "X", (0, (1, 1.2)))
OTHER_LOOKS = tuple(
    Look(colour, marker, (0, dashes))
    for colour, marker, dashes in zip(
        OTHERS, "s^vP", ((3, 1), (5, 1, 1, 1), (2, 2), (8, 2)), strict=True
    )
)


def looks(design: Design) -> Mapping[str, Look]:
    """Return the look of each class of a design, the same in every chart of it."""
    out = {design.focal: FOCAL_LOOK, UNKNOWN: UNKNOWN_LOOK, design.references[0]: REFERENCE_LOOK}
    for place, name in enumerate(design.references[1:]):
        out[name] = OTHER_LOOKS[place % len(OTHER_LOOKS)]
    return out


@contextmanager
def theme() -> Iterator[None]:
    """Set the style inside a `with` block only; what was set before comes back."""
    settings: Any = _settings()
    with mpl.rc_context(settings):
        yield


def blank(size: tuple[float, float]) -> Axes:
    """Return the axes of a new figure of `size` inches that no global registry knows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        return figure.subplots()


def dress(ax: Axes, *, grid: str = "x") -> Axes:
    """Give axes made elsewhere the look of ours: no frame, light grid, quiet ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
    ax.spines["bottom"].set_visible(grid != "none")
    ax.set_facecolor(PAPER)
    ax.grid(False)
    if grid in ("x", "y"):
        ax.grid(True, axis=grid, color=GRID, linewidth=0.7)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=DETAIL, labelcolor=MUTED, labelfontfamily=families())
    return ax


@cache
def families() -> list[str]:
    """Return the typefaces in the order in which a character is looked for.

    Fira Sans first; the rest only for scripts that it lacks. A face that is not installed is
    left out, so that looking for it warns nobody.
    """
    found = [_add("fontpkg_fira_sans", "FiraSans-Regular.ttf", "FiraSans-Bold.ttf")]
    found.append(_add("fontpkg_noto_sans_devanagari", "NotoSansDevanagari[wdth,wght].ttf"))
    return [*(name for name in found if name), "DejaVu Sans"]


def _add(package: str, *files: str) -> str:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return ""
    name = ""
    for file in files:
        path = Path(spec.origin).parent / "files" / file
        if path.exists():
            # The list of known files is process-wide by construction; no style changes by it.
            font_manager.fontManager.addfont(path)
            name = font_manager.get_font(path).family_name
    if len(files) == 1 and name:
        _serve_bold_too(name)
    return name


def _serve_bold_too(name: str) -> None:
    """List a face of one weight as bold as well, or each bold text would log a warning."""
    known = [f for f in font_manager.fontManager.ttflist if f.name == name]
    if all(f.weight != 700 for f in known):
        font_manager.fontManager.ttflist.append(replace(known[0], weight=700))


def _settings() -> dict[str, Any]:
    return {
        "font.family": families(),
        "font.size": LABEL,
        "text.color": INK,
        "text.parse_math": False,
        "text.usetex": False,
        "axes.labelcolor": MUTED,
        "axes.labelsize": DETAIL,
        "axes.edgecolor": MUTED,
        "axes.facecolor": PAPER,
        "axes.unicode_minus": True,
        "axes.formatter.use_locale": False,
        "axes.formatter.use_mathtext": False,
        "figure.facecolor": PAPER,
        "figure.constrained_layout.h_pad": 0.06,
        "figure.constrained_layout.w_pad": 0.06,
        "savefig.facecolor": PAPER,
        "lines.solid_capstyle": "round",
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "path.simplify": False,
        "svg.hashsalt": "audit",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
    }


def pale(colour: str, share: float = 0.4) -> str:
    """Return a colour mixed with paper, `share` of it the colour: no transparency, so it prints."""
    from matplotlib.colors import to_hex, to_rgb

    mixed = (
        share * c + (1 - share) * p for c, p in zip(to_rgb(colour), to_rgb(PAPER), strict=True)
    )
    return str(to_hex(tuple(mixed)))  # type: ignore[arg-type]


def band(colour: str = GRID) -> dict[str, Any]:
    """Return the style of a shaded area: pale, so that marks stand out, with an edge that shows."""
    return {"facecolor": colour, "edgecolor": MUTED, "linewidth": 0.6}


def contrast(colour: str, against: str = PAPER) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").

    References
    ----------
    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    light, dark = sorted((_luminance(colour), _luminance(against)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    from matplotlib.colors import to_rgb

    linear: Iterable[float] = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    )
    return float(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
