"""Every failure of the code ends as a result: too much time, too much memory, an exception, an exit."""

import terrarium
from terrarium import Status

sandbox = terrarium.Sandbox(timeout=0.5, memory=64 << 20)
programs = {
    "while True: pass": Status.TIMEOUT,
    "x = bytearray(1 << 30)": Status.MEMORY_EXCEEDED,
    "import os; os.listdir('/nowhere')": Status.ERROR,
    "import sys; sys.exit()": Status.SUCCESS,
}
for code, status in programs.items():
    assert sandbox.execute(code).status is status

# To get an exception instead.
raised = None
try:
    sandbox.execute("1 / 0").raise_for_status()
except terrarium.ExecutionError as error:
    raised = error.result.error.type
assert raised == "ZeroDivisionError"
