# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""Containers nested two hundred thousand deep: deleted, and left for the end."""

for wrap in (lambda v: [v], lambda v: (v,), lambda v: {"k": v}, lambda v: iter([v]), lambda v: (lambda: v), lambda v: type("N", (), {"v": v})() if False else [v]):
    value = wrap(None)
    for _ in range(200_000):
        value = wrap(value)
    del value
left = []
for _ in range(200_000):
    left = [left]
print("alive")
