"""The golden cases, which give the same results in every language."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import terrarium

from .conftest import ROOT


def cases() -> list[Any]:
    found = []
    for path in sorted((ROOT / "tests/golden").glob("*.json")):
        found += [pytest.param(case, id=f"{path.stem}: {case['name']}") for case in json.loads(path.read_text())]
    return found


def from_json(options: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that the options in JSON stand for: contents and inputs have other forms there."""
    options = dict(options)
    if "files" in options:
        options["files"] = {path: base64.b64decode(content) for path, content in options["files"].items()}
    if "stdin" in options:
        options["stdin"] = base64.b64decode(options["stdin"])
    if "inputs" in options:
        result = {"outputs": options["inputs"]}
        options["inputs"] = terrarium.ExecutionResult.from_json(json.dumps(result)).outputs
    return options


def contains(found: Any, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name in ("error", "metrics") and isinstance(value, dict):
            contains(found[name] or {}, value)
        else:
            assert found.get(name) == value, name


def run(case: dict[str, Any]) -> None:
    sandbox = terrarium.Sandbox(**from_json(case.get("options", {})))
    runner: Any = sandbox.session() if case.get("session") else sandbox
    result = None
    for options, wanted in zip(case["runs"], case["expect"], strict=True):
        result = runner.execute(**from_json(options))
        contains(result.to_dict(), wanted)
    for name, text in case.get("repr", {}).items():
        value = result.final_expression if name == "final_expression" else result.outputs[name]
        again = sandbox.execute("repr(x)", inputs={"x": value})
        assert again.final_expression == text, (name, again)


@pytest.mark.parametrize("case", cases())
def test_a_golden_case(case):
    run(case)


OWN = {
    "name": "own",
    "runs": [{"code": "x = open('f').read() + str(a)", "files": {"f": "aGk="}, "inputs": {"a": {"$type": "tuple", "items": [1]}}}, {"code": "y = {1: b'a'}; (x, y)", "outputs": ["y"]}],
    "session": True,
    "expect": [{"status": "success", "error": None, "final_expression": None}, {"final_expression": {"$type": "tuple", "items": ["hi(1,)", {"$type": "dict", "items": [[1, {"$type": "bytes", "base64": "YQ=="}]]}]}, "metrics": {"packages": []}}],
    "repr": {"y": "{1: b'a'}", "final_expression": "('hi(1,)', {1: b'a'})"},
}  # fmt: skip


def test_the_runner_passes_what_is_so_and_finds_what_is_not():
    run(OWN)
    for wrong in ({"status": "error"}, {"error": {"type": "KeyError"}}, {"final_expression": 1}):
        with pytest.raises(AssertionError):
            run({**OWN, "expect": [OWN["expect"][0], wrong]})
    with pytest.raises(AssertionError):
        run({**OWN, "repr": {"y": "{}"}})
