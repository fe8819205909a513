# native: yes
"""Exceptions: chaining, groups, notes, finally, else and re-raising."""


def steps(fail):
    try:
        yield "try"
        if fail:
            raise KeyError("k")
    except KeyError as error:
        yield f"except {error}"
    else:
        yield "else"
    finally:
        yield "finally"


print(list(steps(True)), list(steps(False)))

try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ValueError("outer") from error
except ValueError as error:
    print(repr(error), repr(error.__cause__), error.__suppress_context__)

try:
    raise ExceptionGroup("many", [ValueError(1), TypeError(2), ExceptionGroup("inner", [ValueError(3)])])
except* ValueError as group:
    print("values", [str(e) for e in group.exceptions])
except* TypeError as group:
    print("types", group.exceptions)

error = RuntimeError("base")
error.add_note("a note")
print(error.__notes__)


class Custom(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


try:
    raise Custom(7)
except Custom as caught:
    print(caught, caught.code, caught.args)


def returns():
    for n in range(3):
        try:
            continue
        finally:
            if n == 1:
                break
    return n


print(returns())
