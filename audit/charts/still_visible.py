"""The share of each class's posts not yet acted on, hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import (
    LEADING,
    POINTS,
    caption,
    fold,
    is_narrow,
    slot,
    spread,
    ticks,
    write,
)
from audit.charts.phrases import (
    acted,
    comparison_of,
    level,
    measured,
    named,
    number,
    sentence,
    share,
    sizes,
    subtitle,
    told,
)
from audit.charts.theme import DETAIL, INK, LABEL, Look, blank, dress, looks, theme
from audit.charts.time_to_action import ticks_apart
from audit.disclosure import SYMBOL, shields
from audit.errors import ReportError, UnknownName
from audit.numerals import count, percent, setting
from audit.questions.followed import MARKS
from audit.questions.hours import hours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.questions import Answer
    from audit.study import Study

SIZE = (7.0, 4.0)
COLUMNS = ["account_class", "group", "hours", "still_visible", "n_at_risk"]
LINEAR_UP_TO = 48
"""Hours up to which the axis is linear; a longer one is logarithmic above one hour."""
LOW = 0.3
"""Share below which a line at the horizon takes the place of words at the foot of the chart."""
NO_BAND = (
    "No band: the usual one (Greenwood) takes posts of one account as independent, and none by "
    "account is defined for these curves."
)
"""Why no curve has one: the restricted mean beside it has its interval by account."""
LINE = 11.0
"""Points between two lines of counts below the axis."""


def still_visible_data(stage: Any) -> pd.DataFrame:
    """Return one row per class and hour drawn, up to the last action or the horizon asked for.

    Ordinary people's posts are given at round hours (`audit.questions.shown_curve`).

    Raises
    ------
    ReportError
        The design asks no timing, or the data could not answer it.
    """
    frame = _answer(stage).figures["shown"]
    end = _horizon(stage, frame)
    return frame.loc[frame["hours"] <= end, COLUMNS].reset_index(drop=True)


def still_visible(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw both classes as steps, each named at its end, with the horizon of the mean marked."""
    study, frame = comparison_of(stage, "still_visible").study, still_visible_data(stage)
    look, end = looks(study.design), float(frame["hours"].max())
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="y")
        if end > LINEAR_UP_TO:
            ax.set_xscale("symlog", linthresh=1.0, linscale=0.5)
        ax.set_xlim(0, end if end > 0 else 1.0)
        ax.set_ylim(0, 1.02)
        ticks(ax, "y", [0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        for name, line in frame.groupby("account_class", sort=False):
            style = look[str(name)]
            ax.plot(
                line["hours"],
                line["still_visible"],
                drawstyle="steps-post",
                color=style.colour,
                linestyle=style.line,
                linewidth=2.0,
                zorder=3,
            )
        _mark_horizon(ax, stage, frame)
        _name(ax, frame, look, late=end > _read_at(stage, frame))
        shown = _hour_ticks(ax, frame, end)
        below = 20.0
        if not is_narrow(ax):
            _counts(ax, stage, frame, look, shown)
            below += 2 * LINE + 6
        caption(ax, _axis_words(end, counted=not is_narrow(ax)), below=below)
    return ax


def _answer(stage: Any) -> Answer:
    comparison = comparison_of(stage, "still_visible")
    try:
        found: Answer = comparison.answer("timing")
    except UnknownName as error:
        raise ReportError(
            "the chart 'still_visible' has nothing to draw: the design asks no timing. "
            "Try: timing = { restricted_mean_hours = 168 }."
        ) from error
    if found.barred:
        raise ReportError(f"the chart 'still_visible' has nothing to draw: {found.barred}")
    return found


def _asked(stage: Any) -> list[float]:
    """Return the horizon of the mean, then the windows asked for, longest first."""
    timing = comparison_of(stage, "still_visible").study.design.timing or {}
    tau = timing.get("restricted_mean_hours")
    within = sorted(timing.get("within_hours", ()), reverse=True)
    return [float(h) for h in ([tau] if tau else []) + within]


def _horizon(stage: Any, frame: pd.DataFrame) -> float:
    """Return where the axis ends: the last action or hour asked for, as far as anyone looked."""
    moved = frame.loc[frame["acted"].diff().ne(0) & (frame["hours"] > 0), "hours"]
    last = [float(moved.max())] if len(moved) else []
    end = max([*last, *_asked(stage)], default=0.0)
    seen = frame.loc[frame["hours"] <= end, "hours"]
    return end if end > 0 and len(seen) > 2 else float(frame["hours"].max())


def _read_at(stage: Any, frame: pd.DataFrame) -> float:
    """Return the hour that title and labels are read at, at which both classes are watched."""
    both = float(frame.groupby("account_class")["hours"].max().min())
    asked = [h for h in _asked(stage) if h <= both and _is_given(stage, frame, h)]
    if asked:
        return asked[0]
    return max(h for h in {both, *frame["hours"]} if h <= both and _is_given(stage, frame, h))


def _is_given(stage: Any, frame: pd.DataFrame, hour: float, name: str = "") -> bool:
    """Return whether the curves (or that of one class) can be read at an hour.

    That of officials can at any; that of ordinary people at the hours that it has.
    """
    study = comparison_of(stage, "still_visible").study
    lines = frame[frame["account_class"] == name] if name else frame
    return all(
        hour in set(line["hours"])
        for one, line in lines.groupby("account_class")
        if shields(study, str(one))
    )


def _at(frame: pd.DataFrame, name: str, hour: float) -> tuple[float, int]:
    """Return the share of a class at an hour, and the posts watched from then on."""
    line = frame[frame["account_class"] == name]
    then = line[line["hours"] <= hour].iloc[-1]
    later = line[line["hours"] >= hour]
    return float(then["still_visible"]), int(later["n_at_risk"].iloc[0]) if len(later) else 0


def _mark_horizon(ax: Axes, stage: Any, frame: pd.DataFrame) -> None:
    """Mark the hour to which the mean is taken, its words where the lines are not."""
    timing = comparison_of(stage, "still_visible").study.design.timing or {}
    tau = timing.get("restricted_mean_hours")
    if not tau or tau > frame["hours"].max():
        return
    ax.axvline(tau, color=INK, linewidth=1.0, linestyle=(0, (1, 2)), zorder=2)
    lowest = min(_at(frame, name, tau)[0] for name in frame["account_class"].unique())
    low = lowest >= LOW
    side: dict[str, Any] = {"va": "bottom" if low else "top", "dy": 3 if low else -3, "ha": "right"}
    across = ("data", "axes fraction")
    text = f"mean to {hours(tau)}"
    write(ax, tau, 0.0 if low else 1.0, text, xycoords=across, dx=-4, size=DETAIL, **side)


def _name(ax: Axes, frame: pd.DataFrame, look: Any, *, late: bool) -> None:
    """Name the lines at their right ends; on a narrow figure above the axes.

    The number is that of the line's end, and says so where the title is read at an earlier hour.
    """
    end = " at the end" if late else ""
    ends = frame.groupby("account_class", sort=False).tail(1)
    room = slot(ax) * POINTS
    if is_narrow(ax):
        for place, row in enumerate(ends.itertuples()):
            style = look[row.account_class]
            number_said = f": {share(row.still_visible)}{end}"
            line = "solid, " if style.line == "-" else "dashed, "
            text = fold(
                ax,
                f"{line}{named(row.account_class)}",
                (0.45 if late else 0.62) * room,
                lines=1,
                bold=True,
            )
            up = 5 + (len(ends) - 1 - place) * (LABEL + 4)
            above = {"xycoords": "axes fraction", "ha": "left", "va": "bottom", "bold": True}
            write(ax, 0, 1, text + number_said, dy=up, color=style.colour, **above)
        return
    names = [fold(ax, named(n), 0.2 * room, lines=2, bold=True) for n in ends["account_class"]]
    figure: Any = ax.get_figure(root=True)
    tall = figure.get_size_inches()[1] * POINTS * 0.6
    gap = ((2 + max(n.count("\n") for n in names)) * LABEL * LEADING + 4) / tall
    # upside down, so that the focal class, which comes first, stands above where both end alike
    ends_at = 1 - ends["still_visible"].to_numpy(float)
    where = 1 - spread(ends_at, gap, gap / 2 - 0.02, 1 - gap / 2)
    for row, name, y in zip(ends.itertuples(), names, where, strict=True):
        colour = look[row.account_class].colour
        text = f"{share(row.still_visible)}{end}\n{name}"
        right = {"xycoords": ax.get_yaxis_transform(), "ha": "left", "dx": 8.0, "bold": True}
        write(ax, 1, float(y), text, color=colour, **right)


def _hour_ticks(ax: Axes, frame: pd.DataFrame, end: float) -> list[float]:
    """Mark the axis at round hours and days that leave room for the counts, and return them."""
    kept = [h for h in (0, *MARKS) if h <= end]
    across = ax.transData.transform
    low, high = (float(across((v, 0.0))[0]) for v in ax.get_xlim())
    places = [(float(across((h, 0.0))[0]) - low) / (high - low) for h in kept]
    labels = [_short(h) for h in kept]
    most = count(frame["n_at_risk"].max())
    widest = [max(label, "" if is_narrow(ax) else most, key=len) for label in labels]
    chosen = ticks_apart(ax, [0.78 * p for p in places], widest)
    ax.set_xticks([kept[i] for i in chosen], [labels[i] for i in chosen], parse_math=False)
    ax.minorticks_off()
    return [float(kept[i]) for i in chosen]


def _short(h: float) -> str:
    if h < 48:
        return f"{h:g} h" if h else "0"
    return f"{h / 24:g} d"


def _counts(ax: Axes, stage: Any, frame: pd.DataFrame, look: Any, at: list[float]) -> None:
    """Set the posts still watched below the marks of the axis, one line per class."""
    room = slot(ax) * POINTS
    for place, name in enumerate(frame["account_class"].drop_duplicates()):
        style: Look = look[name]
        down = -(21.0 + place * LINE)
        common = {"size": DETAIL, "color": style.colour, "va": "top", "dy": down}
        label = fold(ax, named(name), 0.15 * room, lines=1, size=DETAIL)
        write(ax, 0, 0, label, xycoords="axes fraction", ha="right", dx=-16.0, **common)
        for hour in at:
            given = _is_given(stage, frame, hour, str(name))
            n = count(_at(frame, name, hour)[1]) if given else SYMBOL
            across = ("data", "axes fraction")
            write(ax, hour, 0, n, xycoords=across, ha="center", **common)


def _axis_words(end: float, *, counted: bool) -> str:
    scale = "Hours (h) and days (d) on the clock" if end >= LINEAR_UP_TO else "Hours on the clock"
    scale += "; logarithmic above one hour" if end > LINEAR_UP_TO else ""
    return scale + (". Below the axis: posts still watched" if counted else "")


def still_visible_words(stage: Any) -> Words:
    """Say what share of each class was not yet acted on at the horizon, and the mean hours."""
    study, frame = comparison_of(stage, "still_visible").study, still_visible_data(stage)
    answer, design = _answer(stage), study.design
    f, r = named(design.focal), named(design.references[0])
    at = _read_at(stage, frame)
    ours, n = _at(frame, design.focal, at)
    theirs, m = _at(frame, design.references[0], at)
    verb = acted(design)
    title = f"Not {verb} after {hours(at)}: {f} {percent(ours)}, {r} {percent(theirs)}"
    end = float(frame["hours"].max())
    past = f"The lines end after {hours(round(end))}." * (end > at)
    parts = [*answer.notes[:1], past, _deleted(answer), _mean(answer, level(design)), _thin(study)]
    note = " ".join(f"{' '.join(parts)} {NO_BAND} {sizes(study)}.".split())
    spoken = "; ".join(
        f"after {hours(h)} {percent(_at(frame, design.focal, h)[0])} and "
        f"{percent(_at(frame, design.references[0], h)[0])}"
        for h in _spoken(stage, frame, at)
    )
    alt = (
        f"{told(study)}Step chart of the share of posts not yet {verb}, {f} and then {r}: "
        f"{spoken}. At the last of these {number(n, 'post')} and {number(m, 'post')} were watched."
    )
    return Words(
        title, subtitle(study, measured(f"Share of posts not yet {verb}", design)), note, alt
    )


def _spoken(stage: Any, frame: pd.DataFrame, at: float) -> list[float]:
    """Return up to three round hours before the hour read at, and that one."""
    before = [float(h) for h in MARKS if h < at and _is_given(stage, frame, float(h))]
    if not before:
        return [at]
    picked = [before[i] for i in np.unique(np.linspace(0, len(before) - 1, 3).astype(int))]
    return [*picked, at]


def _thin(study: Study) -> str:
    """Say which curves are given at round hours, and why one ends."""
    names = (study.design.focal, study.design.references[0])
    thin = " and ".join(named(name) for name in names if shields(study, name))
    least = setting(study.design.smallest_cell)
    text = (
        f"{thin} posts: given at hours between which at least {least} accounts have posts that "
        "ended, as long as so many are watched, and at those asked."
    )
    return sentence(text) if thin else ""


def _deleted(answer: Answer) -> str:
    curve = answer.figures["shown"].drop_duplicates("account_class")
    if not (curve["deleted"] > 0).any():
        return ""
    parts = " and ".join(
        f"{percent(row.deleted)} of {named(row.account_class)} posts" for row in curve.itertuples()
    )
    return sentence(
        f"{parts} were deleted by their authors at an hour not recorded and count as not acted on."
    )


def _mean(answer: Answer, confidence: str) -> str:
    rows = answer.frame[answer.frame["measure"].str.startswith("mean hours")]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    limits = "no interval"
    if np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"]):
        ends = (hours(row[c], signed=True) for c in ("conf_low", "conf_high"))
        limits = f"{confidence} interval by account {' to '.join(ends)}"
    gap = hours(row["estimate"], signed=True)
    return f"Difference in {row['measure']}: {gap} ({limits})."
