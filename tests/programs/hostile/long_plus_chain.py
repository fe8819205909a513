# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""A sum of two hundred thousand terms in one expression."""

try:
    print(eval("+".join(["1"] * 200_000)))
except (RecursionError, MemoryError, SyntaxError) as error:
    print(type(error).__name__)
print("alive")
