"""Run test modules with pytest and write what came of each test as JSON: {test: [outcome, reason]}.

    run_suite.py OUTPUT STAND-INS [argument of pytest]...

The same program runs in the sandbox and in native Python. STAND-INS names, with commas, the extensions that the tests
need and a wheel may lack: a test that uses one that is missing is skipped. Tests that numpy skips on WebAssembly run:
here its modules have a floating-point status, and programs have threads and an event loop.
"""

import importlib
import json
import os
import re
import sys
import types

import hypothesis
import pytest

LONGEST_REASON = 2000
# Tests ask for free memory, which the guest does not show and of which a machine has more or less. Both places say the
# same, less than a sandbox has.
MEMORY = {"NPY_AVAILABLE_MEM": "1GB", "SCIPY_AVAILABLE_MEM": "1G"}
# numpy's reasons to skip what other builds for WebAssembly lack.
LIFTED = re.compile("wasm|pyodide", re.IGNORECASE)


class Missing(type):
    """The type of what a missing extension would hold. A test that uses it, or has it for a parameter, is skipped.

    While tests are collected it does as a type does: skipping there would take a whole module away.
    """

    collecting = True

    def __call__(cls, *_, **__):
        if Missing.collecting:
            return type.__call__(cls)
        pytest.skip(f"needs {cls.__module__}")

    def __getattr__(cls, name):
        # These are asked for by machinery, which takes no for an answer.
        if name == "dtype" or name.startswith("_"):
            raise AttributeError(name)
        return cls()


def missing_in(value):
    """The extension that a parameter of a test would come from, if it is missing."""
    if isinstance(value, (tuple, list)):
        return next(filter(None, map(missing_in, value)), None)
    kind = value if isinstance(value, Missing) else type(value)
    return kind.__module__ if isinstance(kind, Missing) else None


def stand_in(name):
    """Put a module whose every name is a missing one in the place of an extension that is not there."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module = types.ModuleType(name)

        def missing(attribute):
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            # The same one each time: tests compare them.
            made = type.__new__(Missing, attribute, (), {"__module__": name})
            setattr(module, attribute, made)
            return made

        module.__getattr__ = missing
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        setattr(importlib.import_module(parent), child, module)


def lift(item):
    """Let a test run that is skipped because of WebAssembly."""
    for node in item.listchain():
        node.own_markers = [
            mark
            for mark in node.own_markers
            if mark.name != "skipif" or not LIFTED.search(str(mark.kwargs.get("reason")))
        ]
    # Some tests ask while they run.
    module = getattr(item, "module", None)
    if hasattr(module, "IS_WASM"):
        module.IS_WASM = False


class Outcomes:
    """Collects the outcome of each test, and why it is none of the good ones."""

    def __init__(self):
        self.tests = {}

    def note(self, report, outcome):
        text = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
        # The file's name differs from place to place.
        name = report.nodeid.partition("::")[2]
        self.tests[name] = [outcome, text[-LONGEST_REASON:]]

    def pytest_runtest_logreport(self, report):
        if hasattr(report, "wasxfail"):
            self.note(report, "xfailed" if report.skipped else "xpassed")
        elif report.when == "call" or not report.passed:
            self.note(report, "failed" if report.failed else report.outcome)

    def pytest_collection_modifyitems(self, items):
        Missing.collecting = False
        for item in items:
            lift(item)
            parameters = list(item.callspec.params.values()) if hasattr(item, "callspec") else []
            if extension := missing_in(parameters):
                item.add_marker(pytest.mark.skip(reason=f"needs {extension}"))

    def pytest_collectreport(self, report):
        if not report.passed:
            self.note(report, "failed" if report.failed else "skipped")


def main(output, stand_ins, *arguments):
    """Run the tests and write their outcomes."""
    os.environ.update(MEMORY)
    for extension in filter(None, stand_ins.split(",")):
        stand_in(extension)
    # Generated tests are judged by their outcome alone: a slow machine is no fault.
    checks = list(hypothesis.HealthCheck)
    hypothesis.settings.register_profile("suites", deadline=None, suppress_health_check=checks)
    hypothesis.settings.load_profile("suites")
    outcomes = Outcomes()
    pytest.main(list(arguments), plugins=[outcomes])
    with open(output, "w") as file:
        json.dump(outcomes.tests, file)


# Processes that tests start import this file again.
if __name__ == "__main__":
    main(*sys.argv[1:])
