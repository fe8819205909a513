# expect: success error crashed timeout memory_exceeded
# timeout: 5
# memory: 128MiB
"""Objects whose finalizers make new ones, and a collector that never gets done."""

import gc

gc.set_threshold(1)


class Phoenix:
    def __init__(self, n):
        self.me = self
        self.n = n

    def __del__(self):
        Phoenix(self.n + 1)


for n in range(100):
    Phoenix(n)
for _ in range(200):
    gc.collect()
gc.disable()
print("alive")
