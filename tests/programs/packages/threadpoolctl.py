# packages: threadpoolctl numpy
# works: in part: libraries cannot be listed, so none is found and limits change nothing (there is one thread anyway)
"""The loaded libraries with their own threads, and their limits."""

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

with threadpool_limits(limits=1):
    print((np.ones((4, 4)) @ np.ones((4, 4))).sum())
print([(entry["internal_api"], entry["num_threads"]) for entry in threadpool_info()])
