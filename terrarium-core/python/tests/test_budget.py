"""The cost of start and of a small run."""

import pytest

# What an interpreter has loaded anyway, and what is written in C.
CHEAP = {"__future__", "_ast", "_json", "_signal", "atexit", "gc", "select", "terrarium"}


@pytest.mark.native
def test_little_is_imported_before_the_first_run(harness):
    harness.run("print(1)")
    others = {name for name in harness.last["modules"] if not name.startswith("_terrarium")}
    assert others <= CHEAP


@pytest.mark.parametrize("code", ["print('x')", "1 + 1", "x = 'text'; x", "import os; os.getcwd()"])
def test_small_programs_load_no_more_of_the_harness(harness, code):
    harness.run(code)
    ours = {name for name in harness.last["modules"] if name.startswith("_terrarium.")}
    assert not any("values" in name or "frames" in name or "errors" in name for name in ours), ours


@pytest.mark.native
def test_import_and_boot_are_quick(harness):
    harness.run("1")
    best = min((harness.run("1"), harness.last["import"] + harness.last["boot"])[1] for _ in range(10))
    # Twice what is aimed at, for busy machines.
    assert best < 0.010


def test_a_run_of_a_session_is_quick(harness):
    results = harness.session(*(["x = 1 + 1\nx"] * 200))
    best = min(result.seconds for result in results)
    assert best < 0.0002
