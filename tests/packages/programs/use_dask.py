# /// script
# dependencies = ["dask"]
# ///
"""Arrays and tasks are computed piece by piece."""

import dask
from dask import delayed

total = delayed(sum)([delayed(pow)(n, 2) for n in range(4)])
assert total.compute(scheduler="synchronous") == 14
assert dask.compute(total, delayed(3), scheduler="threads") == (14, 3)
