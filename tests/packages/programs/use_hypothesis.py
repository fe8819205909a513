# /// script
# dependencies = ["hypothesis"]
# ///
"""Properties are checked, and a smallest failing example is found."""

from hypothesis import find, given, settings, strategies as st

seen = []


@settings(max_examples=50, database=None, deadline=None)
@given(st.lists(st.integers()), st.text())
def check(numbers, text):
    seen.append(1)
    assert sorted(sorted(numbers)) == sorted(numbers) and text.encode("utf-8").decode() == text


check()
assert len(seen) >= 20 and find(st.integers(), lambda n: n > 41, settings=settings(database=None)) == 42
