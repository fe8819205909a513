# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""Half a million minus signs."""

try:
    print(eval("-" * 500_000 + "1"))
except (RecursionError, MemoryError, SyntaxError) as error:
    print(type(error).__name__)
print("alive")
