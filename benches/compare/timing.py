"""Follows each program of the comparison: runs it `COUNT` times and prints what each took, in milliseconds.

The line `COUNT = …` stands before the program. Only what every peer has is used here.
"""

import json
from time import perf_counter

times = []
for _ in range(COUNT):
    start = perf_counter()
    answer = run()
    times.append((perf_counter() - start) * 1000)
print(json.dumps({"ms": times, "answer": repr(answer)}))
