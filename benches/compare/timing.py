"""Follows each program of the comparison: runs it `COUNT` times and prints what each took, in milliseconds.

The line `COUNT = …` comes before the program. Only features of every peer are used here. No program uses these names.
"""

import json
from time import perf_counter

timed_ms = []
for _ in range(COUNT):
    timed_start = perf_counter()
    timed_answer = run()
    timed_ms.append((perf_counter() - timed_start) * 1000)
print(json.dumps({"ms": timed_ms, "answer": repr(timed_answer)}))
