"""What `import audit` and a look at the help load: nothing heavy.

What that costs in seconds is measured in `benchmarks/` and not here, where it would depend on
what else the machine does.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "duckdb", "typst", "IPython")


def test_the_package_alone_loads_nothing_heavy() -> None:
    assert loaded("import audit") == []


def test_a_look_at_a_heavy_module_is_seen() -> None:
    assert loaded("import audit, numpy") == ["numpy"]


def loaded(code: str) -> list[str]:
    """Return the heavy modules that a process has loaded after `code`."""
    probe = f"import sys\n{code}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "argv",
    [[], ["--help"], ["--version"], *([c, "--help"] for c in ("report", "check", "plan", "list"))],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(argv: list[str]) -> None:
    code = (
        "import sys\n"
        "from audit.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *argv], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == "[]\n"
    assert done.stdout


def test_a_refused_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, audit.cli, audit.errors\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"


def test_an_engine_is_named_before_anything_is_scanned() -> None:
    """As `audit.engine` and docs/cluster.md write it: `engine = audit.engine.Duck(…)` first."""
    code = "import audit\nprint(audit.engine.Duck.__name__, audit.engine.Spark.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "Duck Spark\n", done.stderr
