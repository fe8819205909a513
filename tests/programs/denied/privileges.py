# native: no, a native process may be privileged
"""No privilege can be had, no limit raised, no signal sent to others."""

import os
import signal

ways = {
    "setuid": lambda: os.setuid(0),
    "setgid": lambda: os.setgid(0),
    "chroot": lambda: os.chroot("/tmp"),
    "mknod": lambda: os.mknod("/tmp/dev", 0o020666, os.makedev(1, 1)),
    "mount": lambda: os.mount,
    "kill": lambda: os.kill(1, signal.SIGKILL),
    "kill all": lambda: os.kill(-1, signal.SIGKILL),
    "kill parent": lambda: os.kill(os.getppid(), signal.SIGKILL),
    "nice": lambda: os.nice(-5),
    "ptrace": lambda: os.ptrace,
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 1, -5),
}
for name, way in ways.items():
    try:
        way()
        print(name, "WORKED")
    except (OSError, AttributeError) as error:
        print(name, type(error).__name__)
try:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))
    print("rlimit WORKED")
except (ImportError, OSError, ValueError, AttributeError) as error:
    print("rlimit", type(error).__name__)
