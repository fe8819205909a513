"""The first steps of a new user of the wheel; prints their duration in milliseconds."""

import time

begun = time.perf_counter()
import terrarium  # noqa: E402  (the import is what is measured)

imported = time.perf_counter()
sandbox = terrarium.Sandbox()
result = sandbox.execute("print('hello'); 6 * 7", files={"a.csv": b"x\n1\n"})
first = time.perf_counter()
assert (result.stdout, result.final_expression, result.status) == ("hello\n", 42, "success"), result

runs = []
for _ in range(300):
    start = time.perf_counter()
    result = sandbox.execute("1 + 1")
    runs.append(time.perf_counter() - start)
    assert result.final_expression == 2

print(
    f"import {(imported - begun) * 1e3:.1f} ms, first result {(first - imported) * 1e3:.1f} ms,"
    f" then {sorted(runs)[150] * 1e3:.3f} ms"
)
