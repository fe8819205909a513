# expect: success error timeout memory_exceeded crashed
# timeout: 10
# memory: 256MiB
"""Programs that cost the compiler: constants that fold, many locals, huge literals, deep formats."""

for text in ("(1," * 50 + "1" + ")" * 50 + "*10**8", "'x'*10**9", "2**10**8", "def f(" + ",".join(f"a{n}" for n in range(50_000)) + "): pass", "x = [" + "[]," * 300_000 + "]",
             "if 1:\n" + " x = 1\n" * 100_000, "f'" + "{x!r:{y}}" * 20_000 + "'", "\\\n" * 100_000 + "1", "class A:\n" + "".join(f" def m{n}(self): return super().m\n" for n in range(5_000))):
    try:
        compile(text, "<c>", "exec")
        print("compiled")
    except Exception as error:
        print(type(error).__name__)
