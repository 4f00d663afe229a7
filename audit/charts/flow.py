"""From the posts loaded to those compared and those acted on, class by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE, UNKNOWN_GROUP
from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, ticks
from audit.charts.phrases import acted, named, number, sentence, setting, spelled, told
from audit.charts.rows import Row, draw_rows
from audit.charts.theme import GRID, INK, MUTED, Look, band, blank, dress, looks, pale, theme
from audit.disclosure import hidden_cells, protect_parts
from audit.numerals import count, percent
from audit.scanned import Scan
from audit.scanned.facts import by_class
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.38
MOST_STEPS = 4
"""Steps of the ledger drawn by themselves for a class; the smaller ones are taken together."""
COLUMNS = ("account_class", "step", "kind", "posts", "share_start", "share_end")


def flow_data(stage: Any) -> pd.DataFrame:
    """Return, by class, what was loaded, what each step took, what is compared and acted on.

    `kind` is loaded, removed, compared or acted; `share_start` and `share_end` are where the bar
    lies, as shares of the class's loaded posts.
    """
    study = getattr(stage, "comparison", stage)
    study = getattr(study, "study", study)
    groups = ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE))
    rows: list[dict[str, Any]] = []
    for name, group in (*groups, (UNKNOWN, UNKNOWN_GROUP)):
        rows += _class_rows(study, name, group)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _class_rows(study: Any, name: str, group: str) -> list[dict[str, Any]]:
    loaded = study.loaded
    if isinstance(loaded, Scan):
        n = by_class(loaded).get(name, 0)
    else:
        n = int(loaded.counts[(loaded.frame["account_class"] == name).to_numpy()].sum())
    if n == 0:
        return []
    ledger = study.cases.ledger_frame().iloc[len(loaded.ledger_frame()) :]
    ledger = ledger[(ledger["account_class"] == name) & (ledger["cases_removed"] > 0)]
    removed = pooled(study, name, ledger)
    if len(removed) > MOST_STEPS:
        kept = sorted(removed, key=lambda r: -r[1])[: MOST_STEPS - 1]
        rest = [r for r in removed if r not in kept]
        together = (f"{len(rest)} smaller steps", sum(r[1] for r in rest))
        removed = [r for r in removed if r in kept] + [together]
    out = [_bar(name, "loaded", "loaded", n, 0, n, n)]
    left = n
    for because, gone in removed:
        out.append(_bar(name, because, "removed", gone, left - gone, left, n))
        left -= gone
    cells = study.cells.of(group)
    out.append(_bar(name, "compared", "compared", left, 0, left, n))
    events = int(cells["events"].sum())
    out.append(_bar(name, acted(study.design), "acted", events, 0, events, n))
    return out


def pooled(study: Any, name: str, ledger: pd.DataFrame) -> list[tuple[str, int]]:
    """Return what each step took from a class, steps that took few posts told together.

    Fewer posts than the threshold are as few accounts or fewer; with them go the steps that would
    give them away as the rest of what left.
    """
    lost = ("cases_removed",)
    shown = protect_parts(ledger, study, account_class=name, n=lost[0], columns=lost)
    gone = hidden_cells(shown).get("cases_removed")
    steps = list(ledger[["because", "cases_removed"]].itertuples(index=False, name=None))
    if gone is None or gone.sum() < 2:
        return steps
    few = [step for step, hidden in zip(steps, gone, strict=True) if hidden]
    rest = [step for step, hidden in zip(steps, gone, strict=True) if not hidden]
    return [*rest, (f"{len(few)} steps, told together", sum(n for _, n in few))]


def _bar(
    name: str, step: str, kind: str, posts: float, start: float, end: float, total: int
) -> dict[str, Any]:
    values = (name, step, kind, int(posts), start / total, end / total)
    return dict(zip(COLUMNS, values, strict=True))


def flow(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the bars of every class, as shares of its loaded posts."""
    frame = flow_data(stage)
    study = getattr(getattr(stage, "comparison", stage), "study", stage)
    style = looks(study.design)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [_row(r, style[r.account_class]) for r in frame.itertuples()]
        bars = dict(zip(map(id, rows), frame.itertuples(), strict=True))
        places = draw_rows(ax, rows, draw=lambda a, row, y: _mark(a, row, y, bars[id(row)]))
        _part_classes(ax, places, [r.kind == "loaded" for r in frame.itertuples()])
        ax.set_xlim(0, 1)
        steps = [0, 0.25, 0.5, 0.75, 1]
        ticks(ax, "x", steps, [percent(v, decimals=0) for v in steps])
        caption(ax, "Share of the posts loaded of each class")
    return ax


def _part_classes(ax: Axes, places: Any, first: list[bool]) -> None:
    """Rule a line above each class but the first."""
    above = 0.8 if is_narrow(ax) else 0.5
    for y, begins in list(zip(places, first, strict=True))[1:]:
        if begins:
            ax.axhline(y + above, color=MUTED, linewidth=0.8, zorder=1)


def _row(r: Any, look: Look) -> Row:
    head = r.kind == "loaded"
    label = {
        "loaded": sentence(named(r.account_class, 60)),
        "removed": f"− {_because(r.step)}",
        "compared": "kept apart, bounded" if r.account_class == UNKNOWN else "compared",
        "acted": r.step,
    }[r.kind]
    text = number(r.posts, "post") if head else count(-r.posts if r.kind == "removed" else r.posts)
    nan = float("nan")
    return Row(label, "", r.share_end, nan, nan, look, text, quiet=not head)


def _because(step: str) -> str:
    """Return a step of the ledger as the label of a bar: short, and in plain words."""
    bare = step.removeprefix("outside the population: ")
    if bare != step:
        bare = bare.replace(" not among ", ": other than ", 1)
    return named(bare, 70)


def _mark(ax: Axes, row: Row, y: float, bar: Any) -> None:
    """Draw a removed part pale, what is compared in colour, what was acted on hatched."""
    styles: dict[str, dict[str, Any]] = {
        "loaded": band(),
        "removed": {"facecolor": GRID, "edgecolor": INK, "linewidth": 0.6, "hatch": "////"},
        "compared": {"facecolor": pale(row.look.colour), "edgecolor": row.look.colour},
        "acted": {"facecolor": row.look.colour, "edgecolor": row.look.colour},
    }
    height = 0.22 if is_narrow(ax) else 0.5
    width = bar.share_end - bar.share_start
    ax.barh([y], [width], left=[bar.share_start], height=height, zorder=3, **styles[bar.kind])


def flow_words(stage: Any) -> Words:
    """Say what share of each class the steps took before anything was compared."""
    study = getattr(getattr(stage, "comparison", stage), "study", stage)
    frame, design = flow_data(stage), study.design
    f, r = named(design.focal), named(design.references[0])
    taken = {c: 1 - _share(frame, c, "compared") for c in (design.focal, design.references[0])}
    focal, reference = (percent(taken[c]) for c in taken)
    if all(v == 0 for v in taken.values()):
        title = f"Every {f} and {r} post loaded is compared"
    else:
        title = f"Filters took {focal} of {f} posts, {reference} of {r} posts"
    place = "; ".join(
        p for p in (f"Posts loaded, left out, compared and {acted(design)}", setting(study)) if p
    )
    classes = list(frame["account_class"].unique())
    spoken = "; ".join(_spoken(frame, c, acted(design)) for c in classes)
    meaning = spelled(design)
    note = (
        f"{meaning}. " if meaning else ""
    ) + "Accounts of unknown class are counted here and bounded, never compared."
    alt = (
        f"{told(study)}Bar chart of posts by class from loading to comparison. {sentence(spoken)}."
    )
    return Words(title, f"{told(study)}{place}.", note, alt)


def _spoken(frame: pd.DataFrame, name: str, verb: str) -> str:
    """Return the bars of a class in words, from the top down."""
    kept = "kept apart" if name == UNKNOWN else "compared"
    taken = frame[(frame["account_class"] == name) & (frame["kind"] == "removed")]
    out = [f"{_posts(frame, name, 'loaded')} loaded"]
    out += [f"{count(r.posts)} left out ({_because(r.step)})" for r in taken.itertuples()]
    out += [f"{_posts(frame, name, 'compared')} {kept}", f"{_posts(frame, name, 'acted')} {verb}"]
    return f"{named(name)}: {', '.join(out)}"


def _share(frame: pd.DataFrame, name: str, kind: str) -> float:
    rows = frame[(frame["account_class"] == name) & (frame["kind"] == kind)]
    return float(rows["share_end"].sum())


def _posts(frame: pd.DataFrame, name: str, kind: str) -> str:
    rows = frame[(frame["account_class"] == name) & (frame["kind"] == kind)]
    return count(int(rows["posts"].sum()))
