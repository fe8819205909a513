# native: no, native Python may start processes
"""No way of starting a process works, and none pretends that it did."""

import asyncio
import os
import pty
import subprocess

ways = {
    "run": lambda: subprocess.run(["true"]),
    "shell": lambda: subprocess.run("true", shell=True),
    "check_output": lambda: subprocess.check_output(["ls"]),
    "Popen": lambda: subprocess.Popen(["sleep", "1"]),
    "getoutput": lambda: subprocess.getoutput("id"),
    "popen": lambda: os.popen("id").read(),
    "fork": lambda: os.fork(),
    "forkpty": lambda: os.forkpty(),
    "execv": lambda: os.execv("/bin/sh", ["sh"]),
    "execve": lambda: os.execve("/bin/sh", ["sh"], {}),
    "spawnv": lambda: os.spawnv(os.P_WAIT, "/bin/sh", ["sh"]),
    "posix_spawn": lambda: os.posix_spawn("/bin/sh", ["sh"], {}),
    "pty": lambda: pty.spawn("sh"),
    "pty.fork": lambda: pty.fork(),
    "asyncio": lambda: asyncio.run(asyncio.create_subprocess_exec("true")),
}
for name, way in ways.items():
    try:
        print(name, "RAN", way())
    except BaseException as error:
        print(name, type(error).__name__)
        assert "processes cannot be started" in str(error), error
try:
    print("system", os.system("true") != 0)
except Exception as error:
    print("system", type(error).__name__)
