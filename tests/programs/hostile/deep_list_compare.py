# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""Two lists nested two hundred thousand deep: compared."""

a, b = [], []
for _ in range(200_000):
    a, b = [a], [b]
try:
    print(a == b)
except RecursionError:
    print("recursion")
print("alive")
