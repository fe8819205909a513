# expect: success error crashed timeout memory_exceeded
# timeout: 5
"""Trace, profile and audit functions that never stop calling."""

import sys

sys.settrace(lambda *a: sys._getframe)
sys.setprofile(lambda *a: None)


def again(*_):
    again()


try:
    sys.settrace(again)
    print("x")
except RecursionError:
    pass
sys.settrace(None)
sys.addaudithook(lambda *a: None)
print("alive")
