# expect: crashed error success timeout memory_exceeded
# timeout: 5
"""Runs bytecode that no compiler makes."""

import random


def f(a=1):
    return a


r = random.Random(3)
for _ in range(300):
    code = f.__code__.replace(co_code=bytes(r.randrange(256) for _ in range(40)), co_stacksize=r.randrange(10))
    try:
        exec(code)
    except BaseException as error:
        pass
print("alive")
