# packages: joblib numpy
# works: in part: no processes can be started, so `loky` falls back to threads, with a warning
"""Parallel calls (one after the other), results kept on disk, arrays in compressed files."""

import joblib
import numpy as np
from joblib import Memory, Parallel, delayed

for backend in ("loky", "threading", "sequential"):
    print(backend, Parallel(n_jobs=4, backend=backend)(delayed(pow)(number, 2) for number in range(5)))
memory = Memory("kept", verbose=0)


@memory.cache
def slow(x):
    print("computing")
    return x * 2


print(slow(21), slow(21))
joblib.dump({"a": np.arange(6).reshape(2, 3)}, "data.gz", compress=3)
print(joblib.load("data.gz"), joblib.hash("x") == joblib.hash("x"), joblib.cpu_count())
