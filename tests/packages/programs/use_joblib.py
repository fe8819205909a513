# /// script
# dependencies = ["joblib"]
#
# [tool.terrarium]
# note = "there are no processes: calls run one after the other, with a warning"
# ///
"""Calls in parallel, results and arrays that are kept on disk."""

import joblib

assert joblib.Parallel(n_jobs=2, prefer="threads")(joblib.delayed(pow)(n, 2) for n in range(4)) == [0, 1, 4, 9]
calls = []
memory = joblib.Memory("cache", verbose=0)


@memory.cache
def work(n):
    calls.append(n)
    return n * 2


assert [work(3), work(3)] == [6, 6] and calls == [3]
joblib.dump({"a": [1]}, "a.pkl", compress=3)
assert joblib.load("a.pkl") == {"a": [1]} and joblib.hash([1]) == joblib.hash([1])
