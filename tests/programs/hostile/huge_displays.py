# expect: success error timeout memory_exceeded
# timeout: 10
"""Last values with huge and endless rich representations."""


class Rich:
    def _repr_html_(self):
        return "<b>" + "x" * 50_000_000

    def _repr_png_(self):
        return b"\x89PNG" + bytes(50_000_000)

    def _repr_mimebundle_(self, *_, **__):
        return {f"text/x{n}": "y" * 1_000_000 for n in range(100)}

    def __repr__(self):
        return "z" * 100_000_000


Rich()
