# native: 3.12
"""Stacks that a program prints, logs or inspects begin with the program."""

import inspect
import io
import logging
import sys
import threading
import traceback
import warnings


def place(entry):
    return entry.rpartition("/")[2]


def inner():
    lines = traceback.format_stack()
    print([place(line.split('"')[1]) + line.split('"')[2].split("\n")[0] for line in lines])
    print([(place(info.filename), info.function) for info in inspect.stack()])
    print([(place(frame.filename), frame.name) for frame in traceback.extract_stack(limit=2)])
    stream = io.StringIO()
    traceback.print_stack(file=stream)
    print(stream.getvalue().count("File"), "terrarium" in stream.getvalue())


inner()
stream = io.StringIO()
logging.basicConfig(stream=stream, format="%(message)s")
logging.warning("text", stack_info=True)
print(stream.getvalue().count("File"), "terrarium" in stream.getvalue())
for level in (1, 2, 3, 9):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("careful", stacklevel=level)
    print(level, place(caught[0].filename), caught[0].lineno > 1)


def in_thread():
    names = [info.function for info in inspect.stack()]
    print(names[0], "<module>" in names)


thread = threading.Thread(target=in_thread)
thread.start()
thread.join()


def walked():
    frame = sys._getframe(1)
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names


class Finalized:
    def __repr__(self):
        return str(walked())

    def __del__(self):
        print("finalizer", walked())


def called():
    return walked()


print(walked(), called(), [Finalized()])
try:
    sys._getframe(1)
except ValueError as error:
    print(error)
print([frame.f_back for frame in sys._current_frames().values()])
exec("print(walked())")
print(list(map(lambda _: walked(), [0])))


seen = []
sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name) and None)
called()
sys.settrace(None)
print(seen)
def lazily():
    walk = traceback.walk_stack(None)
    return traceback.StackSummary.extract(walk, limit=1)[0].line


print(lazily())
