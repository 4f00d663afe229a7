"""What docs/cluster.md says that can be told without a cluster."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib

import pytest

import audit
from audit.engine.protocol import OPERATIONS, Engine

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@pytest.fixture(scope="module")
def text(root) -> str:
    return (root / "docs" / "cluster.md").read_text(encoding="utf-8")


def test_another_engine_is_as_much_work_as_it_says(text) -> None:
    methods = [
        n for n, v in vars(Engine).items() if not n.startswith("_") and inspect.isfunction(v)
    ]
    said = f"one class of {NUMBERS[len(methods)]} methods and {NUMBERS[len(OPERATIONS)]} spellings"
    assert said in text


def test_its_calls_are_those_of_the_package(text) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    calls = [c for c in ast.walk(ast.parse(code)) if isinstance(c, ast.Call)]
    ours = {ast.unparse(c.func): c for c in calls if ast.unparse(c.func).startswith("audit.")}
    assert len(ours) >= 6
    for name, call in ours.items():
        found: object = audit
        for part in name.split(".")[1:]:
            found = getattr(found, part)
        options = {k.arg: None for k in call.keywords}
        inspect.signature(found).bind(*[None] * len(call.args), **options)  # type: ignore[arg-type]


def test_the_extra_it_installs_is_one(text, root) -> None:
    """From the checkout: no index has the package."""
    extras = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    (named,) = re.findall(r'^pip install "\.\[(\w+)\]"', text, re.MULTILINE)
    assert named in extras["optional-dependencies"]
