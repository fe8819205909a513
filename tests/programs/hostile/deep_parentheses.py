# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""Parentheses, brackets, lambdas, f-strings and attribute chains nested far beyond reason."""

for text in ("(" * 100_000 + ")" * 100_000, "[" * 50_000, "lambda:" * 50_000 + "0", "a" + ".a" * 200_000, "not " * 200_000 + "1",
             "x" + "[0]" * 100_000, "1" + " if 1 else 1" * 50_000, "f'" + "{" * 1000, "1," * 300_000, "{" * 50_000 + "}" * 50_000,
             "\n".join(" " * n + "if 1:" for n in range(500)), "await " * 50_000 + "x", "**" .join(["2"] * 50_000), "a=" * 50_000 + "1"):
    try:
        compile(text, "<deep>", "exec")
    except (RecursionError, MemoryError, SyntaxError, OverflowError) as error:
        print(type(error).__name__)
print("alive")
