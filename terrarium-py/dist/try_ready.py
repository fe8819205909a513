"""The first steps of a new user of a ready image; prints their duration in milliseconds."""

import sys
import time

package, code = sys.argv[1:]
begun = time.perf_counter()
import terrarium  # noqa: E402  (the import is what is measured)

imported = time.perf_counter()
sandbox = terrarium.Sandbox(packages=[package])
result = sandbox.execute(code)
first = time.perf_counter()
assert (result.final_expression, result.status) == (42, "success"), result
assert result.metrics.image != "base", result.metrics
# Nothing was built: the image is the only file besides records.
kinds = {entry.kind for entry in terrarium.CacheFolder().list()}
assert kinds == {"image"}, kinds

runs = []
for _ in range(300):
    start = time.perf_counter()
    assert sandbox.execute("1 + 1").final_expression == 2
    runs.append(time.perf_counter() - start)

print(
    f"import {(imported - begun) * 1e3:.1f} ms, first result {(first - imported) * 1e3:.1f} ms,"
    f" then {sorted(runs)[150] * 1e3:.3f} ms"
)
