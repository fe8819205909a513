# expect: memory_exceeded error
# timeout: 20
# memory: 128MiB
"""Format widths and replacement that explode."""

for way in (lambda: f"{1:>{10**9}}", lambda: "%*d" % (10**9, 1), lambda: ("a" * 10**6).replace("a", "b" * 10**6), lambda: "x".join(["y" * 10**5] * 10**6),
            lambda: "\t".expandtabs(10**9), lambda: "x".ljust(2**31 - 1), lambda: format(1.0, ".1000000000f")):
    try:
        way()
        print("made")
    except (MemoryError, OverflowError, ValueError) as error:
        print(type(error).__name__)
raise MemoryError("at the end")
