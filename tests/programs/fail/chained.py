# native: yes
"""Causes, contexts and notes are in the traceback."""

try:
    {}["missing"]
except KeyError as cause:
    error = ValueError("outer")
    error.add_note("noted")
    raise error from cause
