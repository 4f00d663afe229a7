"""From a design file to its cases, its evidence and its report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.design import Design, changes_since_freezing
from audit.errors import DesignError, SourceError, UnknownName
from audit.origin import locate
from audit.plain import plain
from audit.reading.folders import beside

SOURCE_EXAMPLE = 'write source = { name = "table", path = "cases.csv" }.'

NOTEBOOKS = (".py", ".ipynb")
FILES = ("path", "roster", "rosters", "archive", "regimes", "authors", "history")
"""Parameters of sources that name files, which may lie beside the design."""

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.corrections import Edition
    from audit.evidence import Evidence
    from audit.regimes import Exemptions
    from audit.report import Report
    from audit.sources.base import Source
    from audit.study import Study


def source(design: Design) -> Source:
    """Return the source that a design names, with its parameters.

    Raises
    ------
    DesignError
        When the design names no source, or its parameters are not those the source takes.
    UnknownName
        When no source has that name.
    """
    from dataclasses import MISSING, fields

    from audit.sources import SOURCES

    given = plain(design.source or {})
    if not isinstance(given.get("name", ""), str):
        raise DesignError(f"source is {given!r}; {SOURCE_EXAMPLE} Sources: {', '.join(SOURCES)}.")
    name = given.pop("name", None)
    if name is None:
        raise DesignError(
            f"the design names no source; {SOURCE_EXAMPLE} Sources: {', '.join(SOURCES)}."
        )
    if name not in SOURCES:
        raise UnknownName("source", name, SOURCES)
    known = fields(SOURCES[name])  # type: ignore[arg-type]
    given |= {k: beside(given[k], design.folder) for k in FILES if _names_files(given.get(k))}
    names = [f.name for f in known]
    needed = [f.name for f in known if f.default is MISSING and f.default_factory is MISSING]
    faults = [f"has no parameter {k!r}" for k in given if k not in names]
    faults += [f"needs the parameter {k!r}" for k in needed if k not in given]
    pairs = [f.name for f in known if f.default_factory is dict and f.name in given]
    faults += [
        f"takes {k} = {{ yours = 'ours' }}, not {given[k]!r}"
        for k in pairs
        if not isinstance(given[k], Mapping)
    ]
    if faults:
        raise DesignError(
            f"source {name!r} {' and '.join(faults)}; its parameters: {', '.join(names)}."
        )
    try:
        return SOURCES[name](**given)
    except TypeError as error:
        raise DesignError(f"source {name!r} cannot take {given!r}: {error}.") from error


def _names_files(given: Any) -> bool:
    each = given if isinstance(given, list) else [given]
    return bool(each) and all(isinstance(one, str) and one for one in each)


def load(design: Design) -> Cases:
    """Return the cases that a design's source holds."""
    return source(design).load()


def exemptions(design: Design) -> Exemptions | None:
    """Return the published exemptions that a design names, None where it names none.

    Raises
    ------
    UnknownName
        When no source has the name given.
    SourceError
        When that source publishes no exemptions.
    """
    from audit.regimes import Exemptions
    from audit.sources import SOURCES

    given = plain(design.exemptions or {})
    if "path" in given:
        return Exemptions.read(beside(given["path"], design.folder))
    if not given:
        return None
    name = given["name"]
    if name not in SOURCES:
        raise UnknownName("source", name, SOURCES)
    publishes = [n for n, s in SOURCES.items() if hasattr(s, "ceilings")]
    if name not in publishes:
        raise SourceError(
            f"source {name!r} publishes no exemptions; those that do: {', '.join(publishes)}. "
            'Try: exemptions = { path = "exemptions.csv" }.'
        )
    publisher: Any = source(design) if _own(design) else SOURCES[name]()
    published: Exemptions = publisher.ceilings()
    return published


def _own(design: Design) -> bool:
    """Return whether the exemptions are those of the design's own source."""
    return bool((design.source or {}).get("name") == (design.exemptions or {}).get("name"))


def study(design: Design) -> Study:
    """Return the study of a design: its cases, enrolled with the exemptions it names."""
    from audit.study import enroll

    return enroll(load(design), design, exemptions=exemptions(design))


def evidence(design: Design | str | Path) -> Evidence:
    """Return the evidence of a design: load, enroll, compare, appraise."""
    from audit.comparison import compare
    from audit.evidence import appraise

    asked = design if isinstance(design, Design) else Design.read(design)
    return appraise(compare(study(asked)))


def freezing(path: str | Path) -> tuple[str, ...]:
    """Return what page 1 must say of a design that was frozen and has changed since."""
    changes = changes_since_freezing(path)
    return (f"Changed after freezing: {'; '.join(changes)}.",) if changes else ()


def report(
    path: str | Path,
    *,
    out: str | Path = "reports",
    previous: str | Path | Edition = "",
    progress: Any = None,
) -> Report:
    """Write the report of a design file, or of a notebook, in a folder of its name under `out`.

    A design that names a notebook is told by it; any other gets the standard report. A notebook
    that answers no design is run as it stands. `previous` is the folder of the earlier version,
    whose changed numbers are then printed as corrections; where it is not given, the one that the
    design names.
    """
    from audit.report import compose, publish
    from audit.utterances import forget

    forget()  # what another report of this process said is none of this one's
    found = locate(path)
    folder = Path(out) / report_name(found)
    if found.suffix in NOTEBOOKS:
        return publish(found, folder, previous=previous, progress=progress)
    design = Design.read(path)
    if design.report:
        design.report.check()  # before anything is computed
    if not design.notebook:
        told: dict[str, Any] = {"limits": freezing(found), "design": path, "previous": previous}
        return compose(evidence(design), folder, **told)
    notebook = locate(beside(design.notebook, design.folder))
    return publish(notebook, folder, design=path, previous=previous, progress=progress)


def report_name(path: str | Path) -> str:
    """Return the folder of a report: a design's name, a notebook's without its number."""
    stem = Path(path).stem
    if Path(path).suffix not in NOTEBOOKS:
        return stem
    return stem.lstrip("0123456789").lstrip("_").replace("_", "-") or stem
