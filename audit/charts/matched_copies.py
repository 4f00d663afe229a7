"""A leader's posts and verbatim copies by an ordinary account: what happened to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, ticks, write
from audit.charts.phrases import named, number, sentence
from audit.charts.rows import MARK, Row, draw_rows
from audit.charts.theme import (
    DETAIL,
    FOCAL_LOOK,
    INK,
    MUTED,
    PAPER,
    REFERENCE_LOOK,
    blank,
    dress,
    theme,
)
from audit.charts.views import limits_of, rows_of, selection_of
from audit.numerals import count
from audit.schema import STANDARD_LADDER
from audit.utterances import uttered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.95), 0.75
AS_RUNG = {"interstitial": "restrict", "deamplify": "restrict", "reinstated": "none"}
"""Rungs of actions that the registry names more finely than the ladder does."""
SAID = {"none": "left up", "interstitial": "notice", "lock": "locked", "remove": "removed"}


def matched_copies_data(stage: Any) -> pd.DataFrame:
    """Return one row per pair: action and place on the ladder of the original and the copy."""
    columns = ("pair_id", "original_action", "copy_action", "original_locked", "copy_locked")
    out = rows_of(stage, "matched_copies", *columns)[list(columns)].copy()
    for side in ("original", "copy"):
        rung = out[f"{side}_action"].map(lambda a: AS_RUNG.get(a, a))
        out[f"{side}_rank"] = STANDARD_LADDER.rank(rung)
    return out


def matched_copies(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each pair on the ladder of actions, the original joined to its copy."""
    frame = matched_copies_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=_pair_name(r.pair_id),
                detail="",
                value=float(r.original_rank),
                low=float(r.copy_rank),
                high=float(r.copy_rank),
                look=FOCAL_LOOK,
                text="",
                quiet=True,
            )
            for r in frame.itertuples()
        ]
        places = draw_rows(ax, rows, draw=_mark)
        last = max(frame["original_rank"].max(), frame["copy_rank"].max(), 1)
        ax.set_xlim(-0.45, last + 0.45)
        for r, y in zip(frame.itertuples(), places, strict=True):
            _say(ax, r, float(y))
        rungs = STANDARD_LADDER.rungs[: int(last) + 1]
        ticks(ax, "x", list(range(len(rungs))), ["no action", *rungs[1:]])
        caption(
            ax, "● leader’s original  ◆ ordinary copy. Mildest action left; a notice is ‘restrict’"
        )
    return ax


def _mark(ax: Axes, row: Row, y: float) -> None:
    ax.plot([row.value, row.low], [y, y], color=MUTED, linewidth=1.4, zorder=2)
    for x, look, face in (
        (row.value, FOCAL_LOOK, FOCAL_LOOK.colour),
        (row.low, REFERENCE_LOOK, REFERENCE_LOOK.colour),
    ):
        ax.plot(
            [x],
            [y],
            look.marker,
            markersize=MARK + 2.5,
            markerfacecolor=face,
            markeredgecolor=PAPER,
            zorder=4,
        )


def _say(ax: Axes, r: Any, y: float) -> None:
    """Name both marks with what was done; on a narrow figure the caption says which is which."""
    narrow = is_narrow(ax)
    up = -11.0 if narrow else 11.0
    common = {"size": DETAIL, "bold": True, "dy": up, "ha": "center", "halo": True}
    if r.original_rank == r.copy_rank:
        write(ax, r.copy_rank, y, f"both: {_said(r.copy_action)}", color=INK, **common)
        return
    for side, look in (("original", FOCAL_LOOK), ("copy", REFERENCE_LOOK)):
        done = _said(getattr(r, f"{side}_action"))
        text = done if narrow else f"{side}: {done}"
        write(ax, getattr(r, f"{side}_rank"), y, text, color=look.colour, **common)


def _said(action: str) -> str:
    return SAID.get(action, named(action, 14))


def matched_copies_words(stage: Any) -> Words:
    """Say how many copies and how many originals got their account locked."""
    frame = matched_copies_data(stage)
    n = len(frame)
    copies, originals = int(frame["copy_locked"].sum()), int(frame["original_locked"].sum())
    title = (
        f"{count(copies)} of {count(n)} ordinary copies locked, "
        f"{count(originals)} of {count(n)} leader’s originals"
    )
    smallest = uttered(f"{0.5**n:.2g}", 0.5**n, "p")
    note = (
        f"Only {number(n, 'pair')}: an illustration. The smallest one-sided p that {count(n)} can "
        f"give is {smallest}. {limits_of(stage, 3)}"
    )
    spoken = "; ".join(
        f"{_pair_name(r.pair_id)}: original {_said(r.original_action)}, copy {_said(r.copy_action)}"
        for r in frame.itertuples()
    )
    alt = (
        f"Dot diagram of {number(n, 'pair')} of identical posts on the ladder of actions. {spoken}."
    )
    chosen = selection_of(stage) or "The leader’s post and its verbatim copy, on one platform"
    return Words(title, sentence(chosen) + ".", note, alt)


def _pair_name(pair_id: str) -> str:
    parts = str(pair_id).split("_", 2)
    name = parts[2] if len(parts) == 3 and parts[0] == "PAIR" else str(pair_id)
    return sentence(named(name, 40))
