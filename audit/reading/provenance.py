"""Where files come from, as the origin.toml beside them says, held to what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from audit.errors import SourceError
from audit.origin import Origin
from audit.reading.digests import SUMS, digest, recorded, sha256, together
from audit.reading.folders import Files
from audit.text import visible

ORIGIN = "origin.toml"


def stated_origin(files: Files) -> Origin | None:
    """Return what the `origin.toml` in the folder of the files says of them; None without one.

    Where a SHA256SUMS stands beside it, as `audit fetch` leaves it, every file must be listed there
    with the hash it has, and the origin's `sha256` is that of all the files listed, whether or not
    all of them are read. Without such a list it is that of the files read, and the notes say so
    where the origin states another.

    Parameters
    ----------
    files : Files

    Raises
    ------
    SourceError
        A file is not in the list, or has changed since it was listed; or the list is not the one
        that the origin speaks of.
    """
    beside = files.folder / ORIGIN
    if not beside.exists():
        return None
    found = Origin.read(beside.absolute())
    try:
        listed = recorded(files.folder)
    except UnicodeDecodeError as error:
        raise SourceError(f"The {SUMS} beside {ORIGIN} is not UTF-8: {error}.") from error
    if not listed:
        return _rehashed(found, digest(files))
    _hold(files, listed)
    if found.sha256 != together(listed):
        raise SourceError(
            f"{ORIGIN} and {SUMS} in {visible(files.folder.name)!r} speak of different files. Try: "
            "audit fetch again, into that folder, which writes both anew where a file was missing."
        )
    return found


def _rehashed(found: Origin, sha256: str) -> Origin:
    if found.sha256 in ("", sha256):
        return replace(found, sha256=sha256)
    says = f"{ORIGIN} states the SHA-256 {visible(found.sha256, 64)}, which the files read lack"
    notes = "; ".join(said.removesuffix(".") for said in (found.notes, says) if said)
    return replace(found, sha256=sha256, notes=notes)


def origin_of(files: Files, otherwise: Origin, *, notes: str = "") -> Origin:
    """Return the origin stated beside the files, or `otherwise` with their hash.

    Parameters
    ----------
    files : Files
    otherwise : Origin
        What the source itself knows. Its limits and its frame are kept in any case.
    notes : str
        What is to be said of this reading, after what the origin says.

    Raises
    ------
    SourceError
        As `stated_origin`.
    """
    found = stated_origin(files) or replace(otherwise, sha256=digest(files))
    return replace(
        found,
        frame=otherwise.frame or found.frame,
        limits=tuple(dict.fromkeys((*otherwise.limits, *found.limits))),
        notes="; ".join(said.removesuffix(".") for said in (found.notes, notes) if said),
    )


def _hold(files: Files, listed: Mapping[str, str]) -> None:
    faults = []
    for name, path in zip(files.names, files.paths, strict=True):
        if name not in listed:
            faults.append(f"{visible(name)!r} is not in {SUMS}, so {ORIGIN} does not speak of it.")
        elif listed[name] != sha256(path):
            faults.append(f"{visible(name)!r} has changed since it was listed in {SUMS}.")
    if faults:
        cure = "Try: delete what has changed and audit fetch again, or a folder without both files."
        raise SourceError(" ".join([*faults, cure]))
