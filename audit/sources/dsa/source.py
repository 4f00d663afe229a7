"""Statements of reasons as cases: what platforms in the EU decided, and nothing they left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from audit.cases import Cases, Origin
from audit.errors import SourceError
from audit.reading.engine import engine_in
from audit.reading.exact import exact_frame
from audit.reading.folders import Files, files_of
from audit.reading.provenance import origin_of, stated_origin
from audit.reading.zips import Limits
from audit.schema import Column
from audit.sources.dsa.dumps import dumps, named, read_dumps
from audit.sources.dsa.ladder import DECISIONS, DSA_LADDER
from audit.sources.dsa.rows import DOUBTS, refuse_classless, typed
from audit.sources.dsa.schema import Layout
from audit.sources.dsa.statements import Statements, refuse
from audit.text import visible

PASSED_ON = {  # column of the cases: column of the dump
    "case_id": "uuid",
    "account_type": "account_type",
    "platform": "platform_name",
    "rule": "category",
    "language": "content_language",
    **{name: name for name in DECISIONS},
    "ground": "decision_ground",
    "automated_detection": "automated_detection",
    "automated_decision": "automated_decision",
    "information_source": "source_type",
    "content_type": "content_type",
    "keywords": "category_specification",
    "raw_posted_at": "content_date",
    "raw_acted_at": "application_date",
    "stated_at": "created_at",
}


@dataclass(frozen=True, slots=True)
class Dsa:
    """Daily dumps of the DSA Transparency Database, as published.

    Parameters
    ----------
    path : path or sequence of paths
        `sor-…-YYYY-MM-DD-full.zip` or `-light.zip`, of all platforms or of one, or CSV parts; a
        folder of these, as `audit fetch` leaves it, or a pattern. A checksum `….zip.sha1` beside a
        dump is held against it.
    either_schema : bool
        Whether values of either schema are taken in a file of either layout. Without it a value of
        the other one is named and nothing is read.
    unzip : mapping
        What a zip may unpack to: part, total (bytes), ratio, members; see `Limits`.
    most : int
        Statements that are taken into memory; a dump with more is refused. `by_platform` counts
        dumps of any size.
    memory : str
        Of the engine, "2GB".

    Notes
    -----
    One case is one statement. Several decisions in one statement become the strictest of them on
    `DSA_LADDER`, and stay in their own columns. `posted_at` is the stated content date, `acted_at`
    the stated application date, both dates without a clock and taken as midnight UTC. Free texts,
    and the platform's own id of the statement, are not read.

    References
    ----------
    European Commission, DG CONNECT, Digital Services Act Transparency Database,
    https://doi.org/10.2906/134353607485211; Regulation (EU) 2022/2065, Art. 17 and 24(5).
    """

    path: str | Sequence[str]
    either_schema: bool = False
    unzip: Mapping[str, Any] = field(default_factory=dict)
    most: int = 2_000_000
    memory: str = "2GB"

    name: ClassVar[str] = "dsa"
    title: ClassVar[str] = "Statements of reasons, EU Digital Services Act Transparency Database"
    question: ClassVar[str] = (
        "What platforms filed about the measures they took in the EU: how many statements, by "
        "platform, category and decision (`by_platform`); each with its ground, automation, delay."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "It holds decisions that were taken and nothing that was left alone: no share of it is a "
        "rate of enforcement, for any class, and a comparison of rates is inadmissible.",
        "There is no account id, so posts of one account cannot be told from posts of many.",
        "Leaders and officials cannot be told from anybody: account_type is business or private, "
        "is optional, and is empty in nearly all statements; X, Facebook, Instagram, TikTok and "
        "YouTube leave it empty throughout.",
        "Platforms file what they count as a statement, each in its own way: a gap between "
        "platforms is one in what they file.",
        "Dates have no clock, and content_date is what the platform says it is.",
        "Categories and keywords changed on 1 July 2025; those of the two schemas are not merged.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("schema", "category", "no", "the schema of the file", ("2023-09", "2025-07")),
        Column("decision_visibility", "category", "no", "visibility decisions, joined by +"),
        Column("decision_monetary", "category", "no", "decision on payments"),
        Column("decision_provision", "category", "no", "decision on the service to the author"),
        Column("decision_account", "category", "no", "decision on the account"),
        Column("ground", "category", "no", "illegal, or against the platform's own terms"),
        Column("automated_detection", "category", "no", "found by automated means", ("Yes", "No")),
        Column("automated_decision", "category", "no", "fully, partially or not automated"),
        Column("information_source", "category", "no", "notice, trusted flagger, own initiative"),
        Column("content_type", "category", "no", "kinds of content, joined by +"),
        Column("keywords", "category", "no", "category specifications, joined by +"),
        Column("delay_days", "number", "no", "application date − content date", unit="days"),
        Column("delay_doubt", "category", "no", "why the delay is doubted", DOUBTS),
        Column("stated_at", "time", "no", "when the statement was filed", unit="UTC"),
    )

    def __post_init__(self) -> None:
        """Refuse, before anything is opened, what cannot be asked."""
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < 1:
            raise SourceError(f"most is {self.most!r}; a whole number, 1 or more.")
        Limits.of(self.unzip)

    def load(self) -> Cases:
        """Return the statements as cases.

        Raises
        ------
        SourceError
            A dump is not there, cannot be trusted, or holds more than `most` statements.
        SchemaError
            A column or value is not among the published ones, a statement occurs twice, or no
            statement says whether its account is business or private.
        """
        files = dumps(self.path)
        found = self._origins(files)
        paths = files.paths
        with engine_in(self.memory) as (engine, folder):
            statements = Statements(engine, self.either_schema)
            for part in read_dumps(paths, statements, folder, limits=Limits.of(self.unzip)):
                layout = statements.read(part, PASSED_ON.values())
                if layout is not None:
                    _keep(statements, layout)
                self._hold(statements.rows)
            refuse(statements, named(paths))
            frame = exact_frame(engine, "kept")
        frame, notes = typed(frame)
        refuse_classless(frame, named(paths))
        stated = frame.pop("action_stated").to_numpy(dtype=bool)
        origins = tuple(replace(o, notes="; ".join(filter(None, (o.notes, notes)))) for o in found)
        cases = Cases(frame, origins, DSA_LADDER, extra_columns=self.extra_columns)
        if stated.all():
            return cases
        return cases.keep(stated, because="the statement states no decision")

    def _hold(self, rows: int) -> None:
        if rows > self.most:
            raise SourceError(
                f"The dump holds more than {self.most:,} statements (most). Try: by_platform, "
                "which counts dumps of any size; single CSV parts; or a larger most."
            )

    def _origins(self, files: Files) -> tuple[Origin, ...]:
        """Return the origin stated beside the dumps, else one for each dump."""
        if stated_origin(files) is not None:
            return (origin_of(files, self._origin(files.label)),)
        each = [files_of(path.name, [path]) for path in files.paths]
        return tuple(origin_of(one, self._origin(one.label)) for one in each)

    def _origin(self, label: str) -> Origin:
        return Origin(
            name=self.name,
            title=f"{self.title}: {visible(label)}",
            producer="European Commission, DG CONNECT",
            url="https://doi.org/10.2906/134353607485211",
            accessed="",
            licence="CC BY 4.0",
            limits=self.limits,
            frame="enforced_only",
        )


def _keep(statements: Statements, layout: Layout) -> None:
    """Add the part in hand to the table `kept`, or begin it."""
    wanted = [f"{theirs} as {ours}" for ours, theirs in PASSED_ON.items()]
    dates = "try_cast(content_date as timestamp), try_cast(application_date as timestamp)"
    query = (
        f"select '{layout.version}' as schema, {', '.join(wanted)}, "
        f"date_diff('day', {dates}) as delay_days from part"
    )
    first = not statements.engine.execute(
        "select 1 from information_schema.tables where table_name = 'kept'"
    ).fetchall()
    statements.engine.execute(
        f"create temp table kept as {query}" if first else f"insert into kept {query}"
    )
