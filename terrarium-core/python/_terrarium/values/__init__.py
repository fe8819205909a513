"""Typed values: Python objects as JSON and back, and bounded reprs. The forms are listed in `_terrarium`."""
