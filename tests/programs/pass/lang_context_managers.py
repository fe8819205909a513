# native: yes
"""with statements, contextlib's helpers and their order of unwinding."""

import contextlib
import io


class Resource:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        print("enter", self.name)
        return self

    def __exit__(self, kind, value, traceback):
        print("exit", self.name, kind.__name__ if kind else None)
        return self.name == "swallows"


with Resource("swallows"), Resource("b") as b:
    print(b.name)
    raise ValueError("lost")


@contextlib.contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name
    finally:
        print(f"</{name}>")


with (tag("p") as p, tag("b")):
    print(p)

with contextlib.ExitStack() as stack:
    for name in "xy":
        stack.enter_context(tag(name))
    stack.callback(print, "callback")

with contextlib.suppress(KeyError):
    {}["k"]

buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print("hidden")
print(repr(buffer.getvalue()))
with contextlib.closing(io.BytesIO(b"x")) as closing:
    pass
print(closing.closed, contextlib.nullcontext(5).__enter__())
