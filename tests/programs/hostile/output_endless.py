# expect: timeout
# timeout: 2
"""Output without end."""

while True:
    print("x" * 10_000)
