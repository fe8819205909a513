# expect: success error crashed memory_exceeded
# timeout: 10
"""JSON nested a hundred thousand deep."""

import json

for depth in (1_000, 5_000, 20_000, 100_000):
    try:
        json.loads("[" * depth + "]" * depth)
    except RecursionError:
        print("recursion", depth)
value = []
for _ in range(100_000):
    value = [value]
try:
    json.dumps(value)
except RecursionError:
    print("recursion")
print("alive")
