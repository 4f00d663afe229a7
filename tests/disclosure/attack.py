"""What somebody who looks for ordinary accounts finds in the files of a report."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

WINDOW = 8
"""Bytes by which a place in a file is found where a longer secret may begin."""


def readings(path: Path) -> str:
    """Return everything that can be read out of a file, in lower case."""
    data = path.read_bytes()
    found = [data.decode("utf-8", "replace")]
    if not data.isascii():
        found.append(data.decode("latin-1"))
    if path.suffix == ".pdf":
        found += _pdf(data)
    if path.suffix == ".png":
        found += _png(data)
    for blob in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", data):
        found.append(_decoded(blob))
    return "\n".join(found).casefold()


def _pdf(data: bytes) -> list[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    out = [page.extract_text() for page in reader.pages]
    out += [re.sub(r"\s+", "", text) for text in out]  # split over lines
    out += [str(reader.metadata), str(reader.xmp_metadata and reader.trailer)]
    for part in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            out.append(zlib.decompress(part).decode("latin-1"))
        except zlib.error:
            out.append(part.decode("latin-1"))
    return out


def _png(data: bytes) -> list[str]:
    from PIL import Image

    return [str(Image.open(io.BytesIO(data)).info)]


def _decoded(blob: bytes) -> str:
    try:
        return base64.b64decode(blob + b"=" * (-len(blob) % 4)).decode("latin-1")
    except ValueError:
        return ""


def forms(secret: str) -> set[str]:
    """Return the ways in which a secret could stand in a file: as it is, encoded, hashed."""
    out = {secret.casefold()}
    for said in (secret, secret.casefold(), secret.removeprefix("@")):
        raw = said.encode()
        out |= {base64.b64encode(raw).decode().rstrip("=").casefold(), raw.hex()}
        out |= {said[::-1].casefold()}
        for kind in ("md5", "sha1", "sha256"):
            digest = hashlib.new(kind, raw).hexdigest()
            out |= {digest, digest[:16]}
    return out


def leaks(files: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """Return which secrets stand in which files, in whatever form."""
    wanted = {form.encode(): secret for secret in secrets for form in forms(secret)}
    out = []
    for path in files:
        text = readings(path).encode()
        out += [f"{path.name}: {wanted[form]}" for form in standing(text, wanted)]
    return sorted(set(out))


def standing(text: bytes, wanted: Iterable[bytes]) -> set[bytes]:
    """Return which byte strings stand in a text: those of `form in text`, thousands at a time."""
    begins: dict[int, list[bytes]] = {}
    out = set()
    for form in wanted:
        if len(form) < WINDOW:
            out |= {form} if form in text else set()
        else:
            begins.setdefault(int.from_bytes(form[:WINDOW], "little"), []).append(form)
    heads = np.array(sorted(begins), dtype="<u8")
    for shift in range(WINDOW) if len(heads) else ():
        n = (len(text) - shift) // WINDOW
        if n <= 0:
            continue
        windows = np.frombuffer(text, dtype="<u8", count=n, offset=shift)
        for place in np.flatnonzero(np.isin(windows, heads)):
            at = shift + WINDOW * int(place)
            near = begins[int(windows[place])]
            out |= {form for form in near if text.startswith(form, at)}
    return out
