# native: no, it tries to change the system
"""The interpreter's own files cannot be changed, removed or hidden by the program."""

import os

target = os.__file__

ways = {
    "write": lambda: open(target, "wb"),
    "append": lambda: open(target, "ab"),
    "unlink": lambda: os.unlink(target),
    "rename": lambda: os.rename("/lib", "/lib2"),
    "chmod": lambda: os.chmod(target, 0o777),
    "chown": lambda: os.chown(target, 1, 1),
    "truncate": lambda: os.truncate(target, 0),
    "utime": lambda: os.utime(target, (0, 0)),
    "mkdir": lambda: os.mkdir("/lib/new"),
    "symlink": lambda: os.symlink("/tmp", "/lib/link"),
    "rmdir": lambda: os.rmdir("/home"),
    "null": lambda: os.unlink("/dev/null"),
}
for name, way in ways.items():
    try:
        print(name, "WORKED", way())
    except OSError as error:
        print(name, type(error).__name__)
print(os.path.getsize(target) > 10_000)
