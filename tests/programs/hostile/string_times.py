# expect: memory_exceeded error
# timeout: 20
# memory: 128MiB
"""Strings, lists and bytes times a lot."""

for make in (lambda: "x" * 10**9, lambda: [0] * 10**9, lambda: b"x" * (2**31), lambda: (None,) * (2**30), lambda: bytearray(2**31 - 1), lambda: range(10**18)[5] and " " * (2**31 - 5)):
    try:
        make()
        print("made")
    except (MemoryError, OverflowError) as error:
        print(type(error).__name__)
"x" * 10**9
