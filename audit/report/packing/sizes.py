"""The sizes in which a chart is given away, and one drawing set at each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from audit.errors import ReportError
from audit.report.packing.inertness import not_inert
from audit.text import visible

INCH = 72.0
Drawing = Literal["svg", "phone.svg"]


@dataclass(frozen=True, slots=True)
class Size:
    """A size of a chart.

    Attributes
    ----------
    about : str
        What it is for.
    drawing : {"svg", "phone.svg"}
        Which drawing of the report it is made of; the second is drawn for narrow screens.
    pixels : int
        Width of the PNG.
    canvases : tuple of (width, height)
        Pixels of whole images on which the chart is set in the middle, as large as it can be; the
        one where it becomes largest is taken, of these the smallest. Empty: the image is as high
        as the chart asks.
    """

    about: str
    drawing: Drawing
    pixels: int
    canvases: tuple[tuple[int, int], ...] = ()


SIZES: Mapping[str, Size] = {
    "print": Size("a column of a page 166 mm wide, at 300 dots per inch", "svg", 1962),
    "web": Size("an article 700 pixels wide, at twice the pixels", "svg", 1400),
    "phone": Size(
        "a narrow screen, 330 pixels wide, at over three times the pixels", "phone.svg", 1080
    ),
    "social": Size(
        "a post: wide, four to three, square or tall, whichever the chart fills best",
        "svg",
        1200,
        ((1200, 675), (1200, 900), (1080, 1080), (1080, 1350)),
    ),
}
"""Names of sizes as they stand in file names; charts are drawn 6.3 and 3.2 inches wide."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart at one size: an SVG, its extent in points, and that of its PNG in pixels."""

    svg: str
    points: tuple[float, float]
    pixels: tuple[int, int]


ROOT = re.compile(
    r'<svg (?:role="img" )?[^>]*?width="(?P<w>[0-9.]+)pt" height="(?P<h>[0-9.]+)pt" '
    r'viewBox="0 0 [0-9.]+ [0-9.]+"[^>]*>'
)
DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>\s*")


def sized(svg: str, size: Size, *, name: str) -> Picture:
    """Return a standalone drawing at a size.

    Parameters
    ----------
    svg : str
        As the report wrote it, its extent in points at its root.
    name : str
        Of the file, for what is refused.

    Raises
    ------
    ReportError
        When it is no drawing of a report, or holds what none of them does: a program, an address.
    """
    found = ROOT.search(svg)
    if found is None or "</svg>" not in svg:
        raise ReportError(f"{name} is no chart that a report wrote: its extent cannot be read.")
    if active := not_inert(svg):
        raise ReportError(
            f"{name} holds {visible(active)!r}, which no chart of a report does; "
            "it was changed after the report was written. Write the report again."
        )
    wide, high = float(found["w"]), float(found["h"])
    svg = DOCTYPE.sub("", svg, count=1)
    if not size.canvases:
        return Picture(svg, (wide, high), (size.pixels, round(size.pixels * high / wide)))
    canvas = max(
        size.canvases, key=lambda c: (round(min(c[0] / wide, c[1] / high), 6), -c[0] * c[1])
    )
    return Picture(_mounted(svg, (wide, high), canvas), _points(canvas), canvas)


def _points(canvas: tuple[int, int]) -> tuple[float, float]:
    """Return the extent in points of pixels shown at two to the point of a screen (96 an inch)."""
    wide, high = (pixels / 2 * INCH / 96 for pixels in canvas)
    return wide, high


def _mounted(svg: str, extent: tuple[float, float], canvas: tuple[int, int]) -> str:
    """Return a drawing in the middle of a white canvas; its title and description move outside."""
    (wide, high), (across, down) = extent, canvas
    scale = min(across / wide, down / high)
    place = f'x="{(across - scale * wide) / 2:.2f}" y="{(down - scale * high) / 2:.2f}"'
    found = ROOT.search(svg)
    assert found is not None
    given = found[0].replace('role="img" ', "")
    head = given.replace(f'width="{found["w"]}pt"', f'{place} width="{scale * wide:.2f}"')
    head = head.replace(f'height="{found["h"]}pt"', f'height="{scale * high:.2f}"')
    told = "".join(re.findall(r"<title>.*?</title>|<desc>.*?</desc>", svg, re.DOTALL))
    inner = re.sub(r"\s*(?:<title>.*?</title>|<desc>.*?</desc>)", "", svg, flags=re.DOTALL)
    inner = inner[inner.index(given.split(" ", 1)[0]) :].replace(found[0], head, 1)
    wide_points, high_points = _points(canvas)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg role="img" xmlns="http://www.w3.org/2000/svg" width="{wide_points:g}pt" '
        f'height="{high_points:g}pt" viewBox="0 0 {across} {down}" version="1.1">{told}'
        f'<rect width="{across}" height="{down}" fill="#ffffff"/>\n{inner.strip()}\n</svg>\n'
    )
