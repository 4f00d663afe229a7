"""What somebody who looks for ordinary accounts finds in the files of a report."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterable
from pathlib import Path

LONGEST_LINE = 4000


def readings(path: Path) -> str:
    """Return everything that can be read out of a file, in lower case."""
    data = path.read_bytes()
    found = [data.decode("utf-8", "replace"), data.decode("latin-1")]
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
    wanted = [(secret, form) for secret in secrets for form in forms(secret)]
    out = []
    for path in files:
        text = readings(path)
        out += [f"{path.name}: {secret}" for secret, form in wanted if form in text]
    return sorted(set(out))
