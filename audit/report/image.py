"""A chart as image files that explain themselves: headline, measure, note and source inside."""

from __future__ import annotations

import base64
import html
import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from audit.report import fonts
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, WARNING = "#1f2328", "#57606a", "#8a4b00"
PAD = 0.12  # inches round a standalone image
DPI = 200  # a 6.3-inch chart is about 1,300 pixels wide: twice what a column of text needs
LONGEST = 1500  # letters of a text round the chart: a note that is cut has lost its meaning
SPOKEN = 4000  # letters of an alternative text: as many as a chart pack reads
SIMULATED = "SIMULATED DATA"
SAID_TWICE = "Simulated data. "
NUMBER = re.compile(r"-?\d+\.\d{3,}")
# Glyph outlines keep their scale(0.015625); only places on the page are rounded.
PLACES = re.compile(r'(?<= )(?:d|x|y|points|x1|x2|y1|y2|cx|cy)="[^"]*"|translate\([^)]*\)')


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a standalone chart; `alt` and `licence` stand in the files, not in the image."""

    title: str
    subtitle: str
    note: str
    source: str
    simulated: bool
    alt: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The renderings of one chart, and what was noticed while drawing."""

    width: float
    height: float
    files: dict[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text above or below a chart; `drop` is the height it takes, in inches."""

    text: str
    size: float
    colour: str
    bold: bool
    drop: float


def draw(figure: Figure, caption: Caption, *, phone: Figure | None = None) -> Drawn:
    """Render a styled Matplotlib figure for print, for screens and to be taken away.

    Parameters
    ----------
    figure : matplotlib Figure
        Already styled; its texts are made visible and kept from being read as mathematics.
    caption : Caption
        Drawn inside the standalone images only; its title, alternative text, source and licence
        are also written into their files, where a picture desk's programs look for them.
    phone : matplotlib Figure, optional
        The same chart drawn for a narrow screen.

    Returns
    -------
    Drawn
        `files`: "print" (SVG with text; with outlines where a text has marks or joined letters,
        which a PDF may not be able to set), "screen" (SVG with outlines), "svg" and "png"
        (standalone, the PNG in base64); where a phone's chart was given, "narrow" (as "screen")
        and "phone" (standalone SVG). The bytes depend on the figures and the caption alone.
    """
    _register_fonts()
    with _deterministic(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        box = _settled(figure)
        files = {
            "print": _svg(figure, box, "none" if _is_simple(figure) else "path"),
            "screen": _svg(figure, box, "path"),
        }
        with _captioned(figure, box, caption) as whole:
            files["svg"] = _svg(figure, whole, "path", caption)
            files["png"] = _png(figure, whole, caption)
        if phone is not None:
            narrow = _settled(phone)
            files["narrow"] = _svg(phone, narrow, "path")
            with _captioned(phone, narrow, caption) as whole:
                files["phone"] = _svg(phone, whole, "path", caption)
    heard = (w for w in caught if issubclass(w.category, UserWarning))
    said = dict.fromkeys(visible(str(w.message), 200) for w in heard)
    return Drawn(float(box.width), float(box.height), files, tuple(said))


def _settled(figure: Figure) -> Any:
    """Disarm a figure's texts, lay it out once and for all, and return its extent in inches.

    Without an engine no later drawing lays it out anew: Matplotlib would do so twice a file.
    """
    from audit.report.inert import disarm

    disarm(figure)
    box = _extent(figure)
    figure.set_layout_engine("none")
    return box


@contextmanager
def _captioned(figure: Figure, box: Any, caption: Caption) -> Iterator[Any]:
    """Set the caption round a figure and yield the extent of the whole; take it off again."""
    from matplotlib.transforms import Bbox

    above, below = _lines(figure, caption, box.width)
    top = sum(line.drop for line in above) + (0.08 if above else 0)
    bottom = sum(line.drop for line in below) + (0.06 if below else 0)
    artists = _write(figure, box, above, below)
    yield Bbox.from_extents(box.x0 - PAD, box.y0 - bottom - PAD, box.x1 + PAD, box.y1 + top + PAD)
    for artist in artists:
        artist.remove()


def _is_simple(figure: Figure) -> bool:
    from matplotlib.text import Text

    from audit.charts.glyphs import is_simple

    return all(is_simple(text.get_text()) for text in figure.findobj(Text))


def _register_fonts() -> None:
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in fonts.font_files():
        # Matplotlib files the semi-bold face under another family name.
        wanted = path.stem.startswith("FiraSans-") and "SemiBold" not in path.stem
        if wanted and str(path) not in known:
            font_manager.fontManager.addfont(path)


@contextmanager
def _deterministic() -> Iterator[None]:
    import matplotlib as mpl

    settings: Any = {"svg.hashsalt": "audit", "text.parse_math": False, "text.usetex": False}
    with mpl.rc_context(settings):
        yield


def _extent(figure: Figure) -> Any:
    """Return the figure's box in inches, widened to hold what is drawn beyond its edges."""
    from matplotlib.transforms import Bbox

    figure.canvas.draw()
    tight = figure.get_tightbbox()
    own = figure.bbox_inches
    return Bbox.union([Bbox.from_extents(0, 0, own.width, own.height), tight]) if tight else own


def _lines(figure: Figure, caption: Caption, width: float) -> tuple[list[Line], list[Line]]:
    from audit.charts.glyphs import drawable

    points = width * 72

    def set_in(text: str, size: float, colour: str, bold: bool) -> list[Line]:
        shown, measure = drawable(visible(text, LONGEST)), _measure(figure, size, bold)
        broken = fonts.wrap(shown, points, size, measure=measure)
        return [Line(part, size, colour, bold, size * 1.28 / 72) for part in broken]

    mark = set_in(SIMULATED, 8.5, WARNING, True) if caption.simulated else []
    above = mark + set_in(caption.title, 13.5, INK, True)
    above += set_in(_under(caption), 10, MUTED, False)
    note = set_in(caption.note, 8, MUTED, False)
    source = f"Source: {caption.source}" if caption.source else ""
    return above, note + set_in(source, 8, MUTED, False)


def _measure(figure: Figure, size: float, bold: bool) -> Callable[[str], float]:
    """Return what measures a text as it will be drawn, in the faces that have its letters."""
    from matplotlib.font_manager import FontProperties

    from audit.charts.theme import families

    face = FontProperties(family=families(), size=size, weight="bold" if bold else "normal")
    renderer: Any = figure._get_renderer()  # type: ignore[attr-defined]
    dpi = figure.dpi
    return lambda s: float(renderer.get_text_width_height_descent(s, face, False)[0] * 72 / dpi)


def _under(caption: Caption) -> str:
    """Return the subtitle, without the words for made-up data where the mark above says them."""
    said = caption.subtitle
    return said.removeprefix(SAID_TWICE) if caption.simulated else said


def _write(figure: Figure, box: Any, above: list[Line], below: list[Line]) -> list[Any]:
    from audit.charts.theme import families

    own = figure.bbox_inches
    artists = []

    def put(line: Line, top: float) -> None:
        artist = figure.text(
            box.x0 / own.width,
            top / own.height,
            line.text,
            fontsize=line.size,
            color=line.colour,
            fontweight="bold" if line.bold else "normal",
            fontfamily=families(),
            va="top",
            ha="left",
            parse_math=False,
        )
        artist.set_in_layout(False)
        artists.append(artist)

    top = box.y1 + 0.08 + sum(line.drop for line in above)
    for line in above:
        put(line, top)
        top -= line.drop
    top = box.y0 - 0.06
    for line in below:
        put(line, top)
        top -= line.drop
    return artists


def _svg(
    figure: Figure, box: Any, text: Literal["none", "path"], caption: Caption | None = None
) -> str:
    import matplotlib as mpl

    stream = io.StringIO()
    told = _told(caption, "Rights") if caption else {}
    with mpl.rc_context({"svg.fonttype": text}):
        figure.savefig(
            stream,
            format="svg",
            bbox_inches=box,
            metadata={"Date": None, "Creator": None, **told},
        )
    svg = round_places(stream.getvalue())
    return described(svg, caption.alt) if caption else svg


def round_places(svg: str) -> str:
    """Return an SVG with coordinates at two decimals: smaller, and the same on every machine."""

    def shorten(match: re.Match[str]) -> str:
        return NUMBER.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), match[0])

    return PLACES.sub(shorten, svg)


def described(svg: str, alt: str) -> str:
    """Return an SVG whose alternative text stands where screen readers look: role and `desc`."""
    if not alt:
        return svg
    said = f"<desc>{html.escape(visible(alt, SPOKEN))}</desc>"
    svg = svg.replace("</title>", f"</title>\n {said}", 1)
    return svg.replace("<svg ", '<svg role="img" ', 1)


def _told(caption: Caption, rights: str) -> dict[str, str]:
    """Return what is written into a file under the names its format has; "" is left out."""
    told = {
        "Title": caption.title,
        "Description": caption.alt,
        "Source": caption.source,
        rights: caption.licence,
    }
    return {k: visible(v, SPOKEN) for k, v in told.items() if v}


def _png(figure: Figure, box: Any, caption: Caption) -> str:
    stream = io.BytesIO()
    told = {"Software": None, **_told(caption, "Copyright")}
    figure.savefig(stream, format="png", bbox_inches=box, dpi=DPI, metadata=told)
    return base64.b64encode(stream.getvalue()).decode("ascii")
