"""The registry of documented decisions about leaders: what was decided, under which rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd

from audit.cases import Cases, locate
from audit.errors import Fault, SchemaError, SourceError
from audit.origin import Origin
from audit.regimes import Exemptions
from audit.schema import Column

DATES = {
    "decisions": ("action_earliest", "action_latest"),
    "rules": ("date_earliest", "date_latest"),
    "platform_totals": ("period_start", "period_end"),
    "gaps": ("period_start", "period_end"),
    "roster": ("start", "end"),
    "exemptions": ("start", "end"),
}
"""Columns that are whole days in every row; other dates keep the precision they were given."""

NUMBERS = {"decisions": ("days_to_action", "sanction_days"), "platform_totals": ("value",)}
KEYS = {"decisions": "case_id", "rules": "policy_id", "platform_totals": "rate_id"}
CASE_FIELDS = {
    "case_id": "case_id",
    "account_id": "account_id",
    "account_class": "account_class",
    "rung": "action",
    "platform": "platform",
    "rule_cited": "rule",
    "country": "country",
    "pair_id": "pair_id",
}
"""Columns of decisions.csv and what they are called in the case table."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Documented decisions about leaders and officials, chosen by the press.

    The sampling frame is what newspapers found worth a report: decisions about few leaders, mostly
    one, and refusals to decide that somebody had asked about. There is no denominator: nobody
    published the leaders' posts that were reported, reviewed or found violating. So no rate of
    leaders against ordinary accounts can be had from it, and a design that asks for one is
    inadmissible; `limits` says so in sentences that belong beside anything shown.

    Parameters
    ----------
    path : str or Path
        The folder of the registry; a relative path is looked for upwards from the working folder.
    """

    name: ClassVar[str] = "registry"
    title: ClassVar[str] = "Documented enforcement decisions about leaders and officials"
    question: ClassVar[str] = (
        "What platforms decided about leaders' and officials' posts, when, and under which rule "
        "they said so."
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("office_class", "category", "no", "the office held on the day, where known"),
        Column("person", "text", "no", "the official or body the decision was about"),
        Column("violation_acknowledged", "category", "no", "what the platform said of a breach"),
        Column("exemption_claimed", "text", "no", "the exemption the platform named"),
        Column("action_date", "text", "no", "the date of the decision, as precise as reported"),
        Column("date_precision", "category", "no", "day, month or year"),
        Column("source_tier", "category", "no", "how near the source is to the decision"),
    )
    frame: ClassVar[str] = "documented decisions chosen by the press"
    limits: ClassVar[tuple[str, ...]] = (
        "The press chose these decisions; they are no sample of what leaders posted or of what "
        "platforms decided.",
        "No platform has published which posts of leaders were reported, reviewed or found "
        "violating. One outside coding of one leader's posts exists, with none of ordinary posts "
        "beside it. So a rate of leaders against ordinary accounts has no denominator and is "
        "inadmissible.",
        "Ordinary accounts are in it only as two copies of a leader's posts, both by one account; "
        "a notice in place of removal was never open to an ordinary account.",
        "One person and one country account for a large share of the decisions.",
        "A label is no finding of a breach, and labels are kept apart from sanctions.",
        "Office dates were checked against published rosters where these reach; the rest are "
        "marked unverified.",
    )

    path: str | Path = "data/registry"

    def load(self) -> Cases:
        """Return the decisions about posts as cases, one row per decision and not per post.

        Reversals, decisions about whole accounts and periods are no cases and do not enter: see
        `decisions()`. Decisions on legal grounds leave through the ledger. `action` is the rung
        (a notice over a post that stays up, and cut amplification, are `restrict`); `raw_action`
        keeps the word. `posted_at` and `acted_at` are midnights UTC of the day reported, and
        missing where no day is known: they date, they do not time. `violating` is not set: only the
        platform's own word is known (`violation_acknowledged`).

        Raises
        ------
        SourceError
            A file is not there or lacks a column.
        """
        rows = self.decisions().query("unit == 'post'")
        frame = rows[[*CASE_FIELDS, *(c.name for c in self.extra_columns)]].rename(
            columns=CASE_FIELDS
        )
        frame["raw_action"] = rows["action"]
        frame["posted_at"] = _whole_day(rows["content_date"])
        acted = rows["date_precision"].eq("day") & rows["action"].ne("none")
        frame["acted_at"] = _whole_day(rows["action_date"].where(acted))
        origin = replace(Origin.read(locate(self.path)), limits=self.limits)
        cases = Cases(frame, (origin,), extra_columns=self.extra_columns)
        speech = cases.frame["violation_acknowledged"].ne("legal_ground")
        because = (
            "decided under sanctions, copyright or election law, and not under rules on speech"
        )
        return cases.keep(speech, because=because)

    def decisions(self) -> pd.DataFrame:
        """Return every documented decision, reversals too, one row each."""
        return self._read("decisions")

    def rules(self) -> pd.DataFrame:
        """Return the dated events in the rules."""
        return self._read("rules")

    def platform_totals(self) -> pd.DataFrame:
        """Return the published figures; those of two methods never form a series."""
        return self._read("platform_totals")

    def gaps(self) -> pd.DataFrame:
        """Return the figures that were looked for and not found."""
        return self._read("gaps")

    def roster(self) -> pd.DataFrame:
        """Return who held which class when; `start` is inclusive, `end` exclusive (`Roster`)."""
        return self._read("roster")

    def exemptions(self) -> pd.DataFrame:
        """Return the published exemptions by platform, rule, class and time."""
        return self._read("exemptions")

    def ceilings(self) -> Exemptions:
        """Return the exemptions whose ceiling the source states, ready to be asked about posts.

        The others are left out here and not in `exemptions()`: where a source says only that posts
        stay up, it names no rung.
        """
        frame = self.exemptions()
        stated = frame[frame["ceiling"].notna()]
        return Exemptions(stated.rename(columns={"source_url": "source"}))

    def _read(self, table: str) -> pd.DataFrame:
        path = locate(self.path) / f"{table}.csv"
        if not path.exists():
            raise SourceError(
                f"There is no {path.name!r} in {str(path.parent)!r}. Try: rebuild it."
            )
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        dates, numbers = DATES[table], NUMBERS.get(table, ())
        lacking = [c for c in (*dates, *numbers) if c not in frame]
        if lacking:
            raise SourceError(f"{path.name!r} lacks the columns {lacking}. Try: rebuild it.")
        for column in dates:
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
        for column in numbers:
            frame[column] = pd.to_numeric(frame[column])
        key = KEYS.get(table)
        if key and frame[key].duplicated().any():
            raise SchemaError(path.name, [Fault("is not unique", key)])
        return frame


def _whole_day(dates: pd.Series) -> pd.Series:
    whole = dates.where(dates.str.fullmatch(r"\d{4}-\d\d-\d\d").fillna(False).astype(bool))
    return pd.to_datetime(whole, format="%Y-%m-%d", utc=True)
