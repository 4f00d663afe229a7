"""A chart as a block of a report: it does not exist without words for those who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.errors import ReportError
from audit.report.blocks import Figure, check_id
from audit.report.table import to_csv

if TYPE_CHECKING:
    import pandas as pd

SHORTEST_ALT = 30


def figure(
    fig: Any,
    *,
    id: str,
    title: str,
    alt: str,
    source: str,
    data: pd.DataFrame,
    subtitle: str = "",
    note: str = "",
    simulated: bool = False,
    licence: str = "",
    phone: Any = None,
) -> Figure:
    """Return a drawn chart as a figure block, with all files it is published as.

    Parameters
    ----------
    fig : matplotlib Figure or Axes
        Styled; laid out for good, and closed afterwards when pyplot holds it.
    id : str
        Names the files `charts/<id>.*` (see `chart_files`), and is the target of `[text](#id)`.
    title : str
        The finding, as a sentence.
    alt : str, at least 30 characters
        Kind of chart, what it plots, what it shows, with the numbers.
    source : str
        Who made the data, which period, how many cases.
    data : DataFrame
        Exactly what is drawn; written with 12 significant digits.
    subtitle : str
        Measure, place, period.
    note : str
        What a reader must know to read it right.
    simulated : bool
        Printed in the image and the caption.
    licence : str
        Of the data; stands in the image files and in a chart pack.
    phone : matplotlib Figure or Axes, optional
        The same chart drawn for a narrow screen; without it a chart pack has no phone size.

    Raises
    ------
    ReportError
        When title, source, data or a real alternative text is missing; all at once.
    """
    from audit.report.image import Caption, draw

    _check(check_id(id, "a figure"), title, alt, source, data)
    canvas, narrow = _canvas(fig), _canvas(phone)
    words = Caption(title, subtitle, note, source, simulated, alt, licence)
    drawn = draw(canvas, words, phone=narrow)
    _close(canvas)
    _close(narrow)
    return Figure(
        id=id,
        title=title,
        alt=alt,
        subtitle=subtitle,
        note=note,
        source=source,
        simulated=simulated,
        licence=licence,
        width=round(drawn.width, 4),
        height=round(drawn.height, 4),
        files={**drawn.files, "csv": to_csv(data), "warnings": "\n".join(drawn.warnings)},
    )


def _check(id: str, title: str, alt: str, source: str, data: Any) -> None:
    faults = []
    if not title.strip():
        faults.append("it has no title; say the finding in a sentence")
    if len(alt.strip()) < SHORTEST_ALT:
        faults.append(
            f"its alternative text has {len(alt.strip())} characters, at least {SHORTEST_ALT} are "
            "needed; say what kind of chart it is, what it plots and what it shows"
        )
    if alt.strip() and alt.strip() == title.strip():
        faults.append("its alternative text repeats the title; say what the chart shows")
    if not source.strip():
        faults.append("it has no source; say who made the data, for which period")
    if not hasattr(data, "to_csv"):
        faults.append("it has no data; pass the frame that is drawn")
    if faults:
        raise ReportError(f"figure {id!r}: {'; '.join(faults)}.")


def _canvas(drawn: Any) -> Any:
    """Return the figure of a figure or axes; None of nothing."""
    return drawn if drawn is None or hasattr(drawn, "savefig") else drawn.get_figure()


def _close(canvas: Any) -> None:
    import matplotlib.pyplot as plt

    if canvas is not None:
        plt.close(canvas)
