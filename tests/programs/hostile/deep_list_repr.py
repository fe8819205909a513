# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""A list nested two hundred thousand deep: repr."""

value = []
for _ in range(200_000):
    value = [value]
try:
    repr(value)
except RecursionError:
    print("recursion")
print("alive")
