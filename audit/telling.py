"""What a design says about its report: an answer to print, works to cite, the version before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from audit.errors import DesignError
from audit.plain import frozen, plain
from audit.text import visible

KEYS = ("reply", "bibliography", "previous")
REPLY = ("path", "who", "on")
EXAMPLE = '{ path = "answer.md", who = "A name, an office", on = 2026-01-31 }'


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a design says about its report; nothing of it is part of the question.

    Paths are relative to the design: a file is looked for beside it and then in the folders above
    it, up to the project's own. A path that leads out of the project is refused.

    Attributes
    ----------
    reply : mapping or None
        The answer of those whom the report is about: `path` of its Markdown, `who` gave it, and
        the day `on` which they did, ISO.
    bibliography : str
        Path of a BibTeX file whose works the report may cite.
    previous : str
        Path of the folder of the report's earlier version, whose changed numbers are printed as
        corrections.
    folders : tuple of Path
        Where the paths are looked for, the nearest first; the last is the project's own folder.
        Empty for a design that is in no file: the working folder.
    """

    reply: Mapping[str, str] | None = None
    bibliography: str = ""
    previous: str = ""
    folders: tuple[Path, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Telling:
        """Make it of a design's table `report`.

        Raises
        ------
        DesignError
            With every fault that `telling_faults` finds.
        """
        faults = telling_faults(given)
        if faults:
            raise DesignError(" ".join(faults))
        reply = given.get("reply")
        said = {k: str(v) for k, v in reply.items()} if reply else None
        paths = {k: given.get(k, "") for k in ("bibliography", "previous")}
        return cls(reply=frozen(said), **paths)

    def to_dict(self) -> dict[str, Any]:
        """Return what was given."""
        return {k: plain(v) for k in KEYS if (v := getattr(self, k))}

    def find(self, key: str) -> Path:
        """Return where the file or folder that a key names is.

        Raises
        ------
        DesignError
            When it is nowhere, or outside the project.
        """
        said = str(self.reply["path"]) if key == "reply" and self.reply else str(getattr(self, key))
        folders = self.folders or (Path.cwd(),)
        project = folders[-1].resolve()
        there = [f / said for f in folders if (f / said).exists()]
        inside = [p for p in there if p.resolve().is_relative_to(project)]
        if inside:
            return inside[0]
        if there:
            raise DesignError(
                f"report: {key} is {visible(said)!r}, which leads out of the project."
            )
        raise DesignError(
            f"report: {key} is {visible(said)!r}, and nothing of that name is beside the design "
            "or in a folder of the project above it."
        )

    def named(self, found: Path) -> str:
        """Return a path that `find` gave as it is from the project's folder, on any machine."""
        project = (self.folders or (Path.cwd(),))[-1].resolve()
        return found.resolve().relative_to(project).as_posix()

    def check(self) -> None:
        """Refuse paths that lead nowhere or out of the project, all at once.

        Raises
        ------
        DesignError
        """
        faults = []
        for key in self.to_dict():
            try:
                self.find(key)
            except DesignError as error:
                faults.append(str(error))
        if faults:
            raise DesignError(" ".join(faults))


def folders_of(path: str | Path, found: Path) -> tuple[Path, ...]:
    """Return the folders from a design's own up to its project's.

    The project is the folder from which the design was named (the working folder, or the one above
    it where the name was found), or the working folder where it holds the design; for a design
    elsewhere, the design's own folder.

    Parameters
    ----------
    path : path
        As given.
    found : path
        Where it was located.
    """
    given, here = Path(path), found.resolve().parent
    project = Path.cwd().resolve()
    if not given.is_absolute() and ".." not in given.parts:
        project = found.parents[len(given.parts) - 1].resolve()
    if not here.is_relative_to(project):
        return (here,)
    above = [here, *here.parents]
    return tuple(above[: above.index(project) + 1])


def telling_faults(given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a design's table `report`, one sentence each."""
    out = [
        f"report has the unknown key {visible(k)!r}; allowed: {', '.join(KEYS)}."
        for k in given
        if k not in KEYS
    ]
    for key in ("bibliography", "previous"):
        if key in given:
            out += _path_faults(key, given[key])
    return out + (_reply_faults(given["reply"]) if "reply" in given else [])


def _reply_faults(given: Any) -> list[str]:
    if not isinstance(given, Mapping):
        return [f"report: reply is {visible(given)!r}; it must be a table: {EXAMPLE}."]
    strange = [k for k in given if k not in REPLY]
    lacking = [k for k in REPLY if k not in given]
    out = [f"report: reply has the unknown key {visible(k)!r}; write {EXAMPLE}." for k in strange]
    if lacking:
        out.append(f"report: reply does not say {', '.join(lacking)}; write {EXAMPLE}.")
    out += _path_faults("the path of reply", given["path"]) if "path" in given else []
    who, on = given.get("who", "-"), given.get("on", date.min)
    if not isinstance(who, str) or not who.strip():
        out.append(f"report: who of reply is {visible(who)!r}; a name and an office.")
    if not _is_day(on):
        out.append(f"report: on of reply is {visible(on)!r}; a day such as 2026-01-31.")
    return out


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(str(value)).isoformat() == str(value)
    except ValueError:
        return False


def _path_faults(key: str, given: Any) -> list[str]:
    if not isinstance(given, str) or not given.strip() or not given.isprintable():
        return [f"report: {key} is {visible(given)!r}; it must be a path relative to the design."]
    absolute = PurePosixPath(given).is_absolute() or bool(PureWindowsPath(given).anchor)
    if absolute or given.startswith("~"):
        return [f"report: {key} is {visible(given)!r}; it must be relative to the design."]
    return []
