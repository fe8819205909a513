# expect: success error crashed timeout memory_exceeded
# timeout: 5
# memory: 256MiB
"""Sub-interpreters, as many as there can be."""

try:
    import _interpreters

    kept = []
    while True:
        kept.append(_interpreters.create())
        _interpreters.run_string(kept[-1], "x = 1")
except Exception as error:
    print(type(error).__name__)
