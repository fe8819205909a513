# /// script
# dependencies = ["pytest"]
# ///
"""Tests with fixtures, parameters and a failure are collected and run."""

import pathlib

import pytest

pathlib.Path("test_it.py").write_text('''
import pytest

@pytest.fixture
def three():
    return 3

@pytest.mark.parametrize("n", [1, 3])
def test_equal(three, n, tmp_path, capsys):
    (tmp_path / "f").write_text("x")
    print("printed")
    assert capsys.readouterr().out == "printed\\n"
    assert three == n
''')


class Count:
    outcomes: list = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.outcomes.append(report.outcome)


assert pytest.main(["-q", "-p", "no:cacheprovider", "test_it.py"], plugins=[Count()]) == 1
assert Count.outcomes == ["failed", "passed"]
