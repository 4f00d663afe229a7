"""Build every report twice in different folders and hold both against what is committed."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from audit.run import report_name

ROOT = Path(__file__).resolve().parents[1]
TOLERANCE = 1e-9  # relative; numbers leave the engine rounded to 12 significant digits


def build(designs: list[Path], out: Path, zone: str) -> None:
    """Run the command a user runs, into `out`, in a time zone of its own."""
    command = [str(ROOT / ".venv/bin/audit"), "report", *map(str, designs), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "TZ": zone})


def differences(fresh: Path, committed: Path) -> list[str]:
    """Return what differs between a fresh report and the committed one, in words."""
    out = []
    for kind in ("tables/*.csv", "charts/*.csv"):
        names = {p.name for d in (fresh, committed) for p in d.glob(kind)}
        for name in sorted(names):
            a, b = (d / kind.split("/")[0] / name for d in (fresh, committed))
            if not (a.exists() and b.exists()):
                out.append(f"{name} is in one of the two only")
                continue
            try:
                pd.testing.assert_frame_equal(pd.read_csv(a), pd.read_csv(b), rtol=TOLERANCE)
            except AssertionError as error:
                out.append(f"{name}: {' '.join(str(error).split())[:200]}")
    claims = [
        {c["id"]: c for c in json.loads((d / "claims.json").read_text(encoding="utf-8"))}
        for d in (fresh, committed)
    ]
    for key in sorted({*claims[0], *claims[1]}):
        a, b = claims[0].get(key), claims[1].get(key)
        if a is None or b is None or a["text"] != b["text"] or not close(a["value"], b["value"]):
            out.append(f"claim {key}: {a and a['text']!r} against {b and b['text']!r}")
    return out + recorded(fresh, committed)


def recorded(fresh: Path, committed: Path) -> list[str]:
    """Return where the kinds of the numbers that two reports print differ, in words."""
    if not (committed / "record.json").exists():
        return ["record.json is not committed; build the report again"]
    a, b = (json.loads((d / "record.json").read_text("utf-8")) for d in (fresh, committed))
    out = [f"record: {key} differs" for key in ("report", "names") if a[key] != b[key]]
    for key in ("verdict", "rung", "sentence"):
        if a["verdict"].get(key) != b["verdict"].get(key):
            out.append(f"record: the {key} of the verdict differs")
    pairs = zip(a["tokens"], b["tokens"], strict=False)
    if a["tokens"] != b["tokens"]:
        at = next((x["at"] for x, y in pairs if x != y), "the end")
        out.append(f"record: the numbers printed differ, first at {at}")
    return out


def close(a: float | None, b: float | None) -> bool:
    """Return whether two claim values agree to the tolerance."""
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)


def main() -> int:
    """Return 0 when every report is reproduced, 1 with the reasons when not."""
    # Designs first: a notebook of the same name is the one that tells that design.
    asked = [*(ROOT / "notebooks").glob("*.py"), *(ROOT / "designs").glob("*.toml")]
    named = {report_name(p): p for p in asked}
    designs = [p for name, p in sorted(named.items()) if (ROOT / "reports" / name).is_dir()]
    faults = [] if designs else ["no committed report was found under reports/"]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        build(designs, Path(one), "UTC")
        build(designs, Path(two) / "another folder", "Asia/Kathmandu")
        for design in designs:
            name = report_name(design)
            a, b = Path(one) / name, Path(two) / "another folder" / name
            if (a / "report.pdf").read_bytes() != (b / "report.pdf").read_bytes():
                faults.append(f"{name}: two builds gave PDFs of different bytes")
            if (a / "report.html").read_bytes() != (b / "report.html").read_bytes():
                faults.append(f"{name}: two builds gave HTML of different bytes")
            for kind in ("claims.json", "record.json"):
                if (a / kind).read_bytes() != (b / kind).read_bytes():
                    faults.append(f"{name}: two builds gave a {kind} of different bytes")
            found = differences(a, ROOT / "reports" / name)
            faults += [f"{name}: {f}" for f in found]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"reproduced {len(designs)} report(s), {len(faults)} fault(s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
