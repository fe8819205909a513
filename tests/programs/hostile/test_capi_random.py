# expect: success error crashed timeout memory_exceeded
# timeout: 5
# memory: 256MiB
# session: reset
"""The functions of the C API's tests in random order, so that a different one ends the interpreter each time."""

import random

values = [None, 0, -1, 1, 2**31, 2**32 - 1, "x" * 100, b"\0" * 100, [1], {1: 2}, (1, 2), object(), print, type, bytearray(10)]
functions = []
for name in ("_testinternalcapi", "_testcapi"):
    try:
        module = __import__(name)
    except ImportError:
        continue
    functions += [value for value in vars(module).values() if callable(value)]
random.shuffle(functions)
for function in functions:
    for count in (1, 2, 3):
        try:
            function(*random.choices(values, k=count))
        except BaseException:
            pass
print("alive")
