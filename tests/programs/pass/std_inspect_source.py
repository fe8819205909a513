# native: yes
"""inspect.getsource finds the source of functions that the program defines."""

import inspect


def f(x):
    # kept
    return x + 1


class C:
    def m(self):
        return 1


print(inspect.getsource(f))
print(inspect.getsource(C.m), inspect.getsourcelines(f)[1])
