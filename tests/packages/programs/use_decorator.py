# /// script
# dependencies = ["decorator"]
# ///
"""Functions keep their signatures when they are decorated."""

import inspect

from decorator import contextmanager, decorator


@decorator
def plus(function, n=1, *args, **kwargs):
    return function(*args, **kwargs) + n


@plus(n=10)
def add(a, b=2):
    return a + b


assert add(1) == 13 and str(inspect.signature(add)) == "(a, b=2)"
log = []


@contextmanager
def logged():
    log.append("in")
    yield
    log.append("out")


logged()(lambda: log.append("call"))()
assert log == ["in", "call", "out"]
