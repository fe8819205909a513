"""Typed values: Python objects as JSON and back, and reprs that have a bound. The forms are listed in `_terrarium`."""
