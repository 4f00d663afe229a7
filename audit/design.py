"""The question, as a value that is fixed before its answer is seen."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.asked import FRAME_WORDS as FRAME_WORDS
from audit.asked import FROZEN_FIELDS, Primary, SamplingFrame, kind_faults, term_faults
from audit.cases import locate
from audit.errors import DesignError
from audit.frozen import FROZEN, SILENT, changes, enter, entries
from audit.further import further_faults, variant_faults
from audit.outcome import Outcome
from audit.plain import frozen, plain
from audit.printed import Face, Grid, Head, Shown
from audit.telling import Telling, folders_of
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME = 60  # characters of a class or column name in a sentence
LONGEST_TERM = 400
FOLDER = "folder"
MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
DATED = re.compile(rf"(?<=\b\d ){MONTH}\b|(?<=\b\d\d ){MONTH}\b|\b{MONTH}(?= \d{{4}}\b)", re.I)
"""A month that its day or its year stands beside: alone, "may" and "march" are words."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Design(Shown):
    """Who is compared with whom, on what, holding what alike.

    Parameters
    ----------
    focal : str
        The account class in question. Every estimate is focal against reference.
    reference : str or sequence of str
        The class compared with. The first is primary; the rest are a Holm-corrected family.
    frame : str
        How the rows came to be in the table: reported, reviewed, random_sample, all_posts,
        enforced_only (a hard gate: nothing was spared) or amplified_by_focal. Required, because
        a denominator chosen after enforcement decides the answer.
    outcome : Outcome or mapping
        What counts as acted on; see `Outcome`.
    margin : float, in (0, 1)
        The smallest risk difference that matters. No default: it is the asker's to state.
    strata : sequence of str
        Columns held alike; comparisons are made within their cells.
    population : mapping
        Column to the list of allowed values, or to `{min, max}` (both inclusive, either may be
        left out). Every row it removes is in the ledger.
    unit : str
        The unit of inference; "account_id".
    confidence : float, in (0.5, 1)
    primary : {"standardised", "raw"}
        The estimator that the verdict is read from.
    pre_treatment : sequence of str
        Columns that could follow from an action (reach, reports) and are declared to have been
        measured before it, so that they may be strata.
    families : sequence of sequences of str
        Columns whose levels are compared one by one, corrected together within a family;
        anything else is exploratory.
    multiverse : mapping
        Term of the design (strata, outcome, population, primary, reference) to the choices that
        a careful reader could have made.
    negative_controls : sequence of mappings
        Terms to replace where no double standard can be: each must come out as treated alike.
    pairs : bool
        Whether to compare the same words posted by both classes (column `pair_id`).
    timing : mapping
        within_hours: list of hours; restricted_mean_hours: one number.
    severity : bool
        Whether to compare how far up the ladder actions went.
    reversal : bool
        Whether to compare how often sanctions were taken back.
    policy_change : mapping
        at: date of the change; per: week, month, quarter or year; harmonics: pairs of seasonal
        terms; title: what was announced.
    within_account : mapping
        per: the calendar block within which an account in and out of the focal class is compared.
    label_error, selective_reporting : mapping
        Declared limits: ranges of sensitivity and specificity of the recorded outcome; of the
        share of posts reported, by class.
    exemptions : mapping
        path of the table of published exemptions (see `audit.regimes`), or name of a source that
        publishes its own.
    unknown_focal_max : int, optional
        How many accounts of unknown class could be focal, by the roster. Default: all of them.
    smallest_cell : int, at least 10
        Counts of fewer accounts than this are hidden in every table, chart and CSV, with those
        that would give them away; classes of public officials apart (see `audit.disclosure`).
    officials : sequence of str
        Classes, beyond world_leader, public_official and candidate, that hold public officials, so
        that their small counts are shown. Their accounts stay unnamed.
    seed : int
        Of every random draw.
    title, source, notebook
        What the report is called, where the cases come from, which notebook tells it.
    report : mapping
        About the report and not the question, so that no hash has it: an answer to print in it,
        a file of works that it cites, its earlier version; see `Telling`.
    folder : Path, optional
        Of the file it was read from, beside which the files it names are looked for first. No
        term: it is not written, compared or hashed.

    Raises
    ------
    DesignError
        With every fault found: focal equal to a reference, a margin outside (0, 1), an unknown
        frame, outcome or primary.
    """

    focal: str
    reference: str | tuple[str, ...]
    frame: SamplingFrame
    outcome: Outcome
    margin: float
    strata: tuple[str, ...] = ()
    population: Mapping[str, Any] | None = None
    unit: str = "account_id"
    confidence: float = 0.95
    primary: Primary = "standardised"
    pre_treatment: tuple[str, ...] = ()
    families: tuple[tuple[str, ...], ...] = ()
    multiverse: Mapping[str, Any] | None = None
    negative_controls: tuple[Mapping[str, Any], ...] = ()
    pairs: bool = False
    timing: Mapping[str, Any] | None = None
    severity: bool = False
    reversal: bool = False
    policy_change: Mapping[str, Any] | None = None
    within_account: Mapping[str, Any] | None = None
    label_error: Mapping[str, Any] | None = None
    selective_reporting: Mapping[str, Any] | None = None
    exemptions: Mapping[str, Any] | None = None
    unknown_focal_max: int | None = None
    smallest_cell: int = 10
    officials: tuple[str, ...] = ()
    seed: int = 20180105
    title: str = ""
    source: Mapping[str, Any] | None = None
    notebook: str = ""
    report: Telling | None = None
    folder: Path | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        faults = kind_faults(self)
        if not faults:
            if isinstance(self.outcome, Mapping):
                object.__setattr__(self, "outcome", Outcome.of(self.outcome))
            if isinstance(self.report, Mapping):
                object.__setattr__(self, "report", Telling.of(self.report))
            for name in FROZEN_FIELDS:
                object.__setattr__(self, name, frozen(getattr(self, name)))
            faults = term_faults(self) + further_faults(self)
            faults = faults or variant_faults(self)
        if faults:
            raise DesignError(f"the design has {len(faults)} fault(s): " + " ".join(faults))

    @classmethod
    def read(cls, path: str | Path) -> Design:
        """Read a design from its TOML file; a key that is not one of the design's is an error.

        Parameters
        ----------
        path : path
            A relative one is looked for in the working folder and every folder above it.

        Raises
        ------
        SourceError
            There is no such file.
        DesignError
            It is not TOML, has an unknown key, lacks a needed one, or contradicts itself.
        """
        found = locate(path)
        try:
            given = tomllib.loads(found.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DesignError(f"{path} is not a TOML file: {error}.") from error
        design = replace(cls.of(given, where=str(path)), folder=found.resolve().parent)
        if design.report is None:
            return design
        return replace(design, report=replace(design.report, folders=folders_of(path, found)))

    @classmethod
    def of(cls, given: Mapping[str, Any], *, where: str = "the design") -> Design:
        """Make a design of a mapping, refusing unknown keys and naming the missing ones.

        Parameters
        ----------
        given : mapping
            Terms of the design by name, as a TOML file gives them.
        where : str
            What an error calls it.

        Raises
        ------
        DesignError
            A key is unknown or missing, or the terms contradict one another.
        """
        known = [f.name for f in fields(cls) if f.name != FOLDER]
        unknown = [k for k in given if k not in known]
        needed = [k for k in ("focal", "reference", "frame", "outcome", "margin") if k not in given]
        faults = []
        if unknown:
            faults.append(f"unknown key(s) {', '.join(map(repr, unknown))}")
        if needed:
            faults.append(f"missing key(s) {', '.join(map(repr, needed))}, which have no default")
        if faults:
            raise DesignError(f"{where}: {'; '.join(faults)}. Allowed: {', '.join(known)}.")
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain values, without what was left at its default."""
        out: dict[str, Any] = {}
        for term in fields(self):
            value = getattr(self, term.name)
            if term.name == FOLDER or value is None:
                continue
            if value == term.default and term.name != "seed":
                continue
            given = value.to_dict() if isinstance(value, Outcome | Telling) else value
            out[term.name] = plain(given)
        return out

    def write(self, path: str | Path) -> Path:
        """Write the design as TOML, in the order of its fields."""
        import tomli_w

        target = Path(path)
        target.write_text(tomli_w.dumps(self.to_dict()), encoding="utf-8")
        return target

    def vary(self, **choices: Sequence[Any]) -> Iterator[Design]:
        """Yield every combination of the choices: the multiverse around this design.

        Parameters
        ----------
        choices : sequence of values, by term
            What each named term is set to in turn: `strata=[("rule",), ("rule", "severity")]`.

        Raises
        ------
        DesignError
            On the first design taken: a name is no term, or a value is none that it may have.
        """
        known = {f.name for f in fields(self)} - {FOLDER}
        unknown = sorted(set(choices) - known)
        if unknown:
            raise DesignError(f"cannot vary {unknown}; allowed: {', '.join(sorted(known))}.")
        for values in product(*choices.values()):
            yield replace(self, **dict(zip(choices, values, strict=True)))

    @property
    def hash(self) -> str:
        """Return the SHA-256 of everything that can change the answer (title, notebook apart)."""
        content = {k: v for k, v in self.to_dict().items() if k not in SILENT}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def equivalence_confidence(self) -> float:
        """Return 1 − 2α, the level of the interval that two one-sided tests read (METHODS §4)."""
        return 1 - 2 * (1 - self.confidence)

    @property
    def references(self) -> tuple[str, ...]:
        """Return the reference classes, the primary first."""
        return (self.reference,) if isinstance(self.reference, str) else self.reference

    @property
    def question(self) -> str:
        """Return the question in one sentence."""
        focal, reference = words(self.focal), words(self.references[0])
        first, last = map(words, self.strata[:-1]), map(words, self.strata[-1:])
        held = " and ".join(filter(None, (", ".join(first), *last)))
        alike = f" with {held} held alike," if held else ""
        return (
            f"Among {FRAME_WORDS[self.frame]},{alike} how often were {focal} posts "
            f"{self.outcome.verb}, and how often were {reference} posts?"
        )

    def face(self) -> Face:
        """Return the question above the terms that were given."""
        terms = [(k, visible(v, LONGEST_TERM)) for k, v in self.to_dict().items() if k != "title"]
        says = (visible(self.title, LONGEST_TERM),) if self.title else ()
        heads = (Head("Term"), Head("As given"))
        return Face(self.question, says, (Grid("The design", heads, tuple(terms)),))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per term that was given: term, value."""
        import pandas as pd

        return pd.DataFrame(list(self.to_dict().items()), columns=["term", "value"])


def words(name: str, limit: int = LONGEST_NAME) -> str:
    """Return a class or column name as words: "world_leader" is "world leader".

    Names come from data: nothing hidden in them reaches a sentence, and long ones are cut. A month
    beside its day or year gets its capital: "from_3_november" is "from 3 November".
    """
    shown = visible(name.replace("_", " "), limit)
    return DATED.sub(lambda found: found[0].title(), shown)


def opening(name: str) -> str:
    """Return a class name as the words that a title begins with: "World leader"."""
    said = words(name)
    return said[:1].upper() + said[1:]


def freeze(path: str | Path, *, today: str, ledger: str | Path | None = None) -> Path:
    """Write a design's hash, date and content into the ledger of frozen designs.

    Parameters
    ----------
    path : path of the design's TOML file; its stem is its name in the ledger.
    today : ISO date of the freezing, "2026-01-31".
    ledger : path, default `frozen.toml` beside the design.

    Raises
    ------
    DesignError
        When the design was frozen before and differs now: the first freezing stands.
    """
    found = locate(path)
    design = Design.read(found)
    target = Path(ledger) if ledger else found.with_name(FROZEN)
    before = entries(target).get(found.stem)
    if before and before["hash"] != design.hash:
        said = "; ".join(changes(before["design"], design.to_dict()))
        raise DesignError(
            f"{found.stem} was frozen on {before['date']} and has changed since ({said}). The "
            "first freezing stands; give the new question a new file."
        )
    if not before:
        enter(target, found.stem, {"hash": design.hash, "date": today, "design": design.to_dict()})
    return target


def changes_since_freezing(path: str | Path) -> tuple[str, ...] | None:
    """Return what changed since freezing, as "margin 0.05 → 0.1"; None if never frozen."""
    found = locate(path)
    entry = entries(found.with_name(FROZEN)).get(found.stem)
    if entry is None:
        return None
    return tuple(changes(entry["design"], Design.read(found).to_dict()))
