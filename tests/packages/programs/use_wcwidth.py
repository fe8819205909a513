# /// script
# dependencies = ["wcwidth"]
# ///
"""The width of characters on a terminal."""

from wcwidth import wcswidth, wcwidth

assert wcwidth("a") == 1 and wcwidth("コ") == 2 and wcwidth("\u0301") == 0 and wcwidth("\n") == -1
assert wcswidth("コンニチハ") == 10
