"""Labels of a chart that came from data, made visible and kept from being read as mathematics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.axis import Axis
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatter

from audit.charts.glyphs import drawable, is_simple
from audit.charts.theme import families
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 400


class VisibleFormatter(Formatter):
    """Another formatter's tick labels, with nothing hidden in them."""

    def __init__(self, inner: Formatter) -> None:
        self.inner = inner

    def __call__(self, x: Any, pos: int | None = None) -> str:
        """Return one label."""
        return shown(self.inner(x, pos))

    def format_ticks(self, values: Any) -> list[str]:
        """Return the labels of all ticks."""
        return [shown(label) for label in self.inner.format_ticks(values)]

    def format_data_short(self, value: Any) -> str:
        """Return a short label."""
        return shown(self.inner.format_data_short(value))

    def get_offset(self) -> str:
        """Return the label at the axis' end."""
        return shown(self.inner.get_offset())

    def set_locs(self, locs: Any) -> None:
        """Tell the inner formatter where the ticks are."""
        self.inner.set_locs(locs)

    def set_axis(self, axis: Any) -> None:
        """Tell the inner formatter its axis."""
        self.axis = axis
        self.inner.set_axis(axis)


def shown(text: str) -> str:
    """Return `text`, line by line, with nothing hidden, and spelled where no typeface has it."""
    return "\n".join(drawable(visible(line, LONGEST)) for line in text.split("\n"))


def disarm(figure: Figure) -> None:
    """Make every text of `figure` visible and literal, then draw it.

    Mathematics stays on only for the powers of ten that Matplotlib itself writes on a log axis.
    Must run with the setting `text.parse_math` off, for ticks that are made while drawing.
    """
    powers: list[Axis] = []
    for axis in figure.findobj(Axis):
        if isinstance(axis.get_major_formatter(), LogFormatter):
            powers.append(axis)
            continue
        for get, put in (
            (axis.get_major_formatter, axis.set_major_formatter),
            (axis.get_minor_formatter, axis.set_minor_formatter),
        ):
            if not isinstance(get(), LogFormatter | VisibleFormatter):
                put(VisibleFormatter(get()))
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_usetex(False)
        if shown(text.get_text()) != text.get_text():
            text.set_text(shown(text.get_text()))
        if not is_simple(text.get_text()):
            text.set_fontfamily([*text.get_fontfamily(), *families()])
    figure.canvas.draw()
    for axis in powers:
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            tick.label1.set_parse_math(True)
            tick.label2.set_parse_math(True)
