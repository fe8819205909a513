# native: no, it tries to change the system
"""The interpreter's own files cannot be changed, removed or hidden by the program."""

import os

ways = {
    "write": lambda: open("/lib/python314.zip", "wb"),
    "append": lambda: open("/lib/python314.zip", "ab"),
    "unlink": lambda: os.unlink("/lib/python314.zip"),
    "rename": lambda: os.rename("/lib", "/lib2"),
    "chmod": lambda: os.chmod("/lib/python314.zip", 0o777),
    "chown": lambda: os.chown("/lib/python314.zip", 1, 1),
    "truncate": lambda: os.truncate("/lib/python314.zip", 0),
    "utime": lambda: os.utime("/lib/python314.zip", (0, 0)),
    "mkdir": lambda: os.mkdir("/lib/new"),
    "symlink": lambda: os.symlink("/tmp", "/lib/link"),
    "root": lambda: open("/new", "w"),
    "rmdir": lambda: os.rmdir("/home"),
    "null": lambda: os.unlink("/dev/null"),
}
for name, way in ways.items():
    try:
        print(name, "WORKED", way())
    except OSError as error:
        print(name, type(error).__name__)
print(os.path.getsize("/lib/python314.zip") > 1_000_000)
