"""`os`: processes are refused by name, and the identity of the process has its usual answers."""

from __future__ import annotations

import errno
import os
import posix

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, NoReturn

__builtins__ = BUILTINS

NO_PROCESSES = "processes cannot be started in this sandbox"
# The exit status of a shell that does not find the command, as `wait` encodes it.
_NOT_FOUND = 127 << 8


def refuse_program(program: Any) -> NoReturn:
    """Raise the error for a program that is to be started: there is none."""
    raise FileNotFoundError(errno.ENOENT, NO_PROCESSES, program)


def fork() -> int:
    raise OSError(errno.ENOSYS, NO_PROCESSES)


def forkpty() -> tuple[int, int]:
    raise OSError(errno.ENOSYS, NO_PROCESSES)


def _check_words(name: str, argv: Any) -> None:
    if not isinstance(argv, (list, tuple)):
        raise TypeError(f"{name}() arg 2 must be a tuple or list")
    if not argv:
        raise ValueError(f"{name}() arg 2 must not be empty")
    if not os.fsencode(argv[0]):
        raise ValueError(f"{name}() arg 2 first element cannot be empty")


def execv(path: Any, argv: Any, /) -> NoReturn:
    _check_words("execv", argv)
    refuse_program(os.fsdecode(path))


def execve(path: Any, argv: Any, env: Any) -> NoReturn:
    _check_words("execve", argv)
    refuse_program(path if isinstance(path, int) else os.fsdecode(path))


def posix_spawn(path: Any, argv: Any, env: Any, /, **_options: Any) -> int:
    refuse_program(os.fsdecode(path))


def posix_spawnp(path: Any, argv: Any, env: Any, /, **_options: Any) -> int:
    refuse_program(os.fsdecode(path))


def system(command: Any) -> int:
    name = os.fsdecode(command)
    arguments = load("_terrarium.library.installs").shell_words(name) if "pip" in name else None
    if arguments is not None:
        return _pip(arguments)
    try:
        os.write(2, f"sh: {NO_PROCESSES}: {name}\n".encode(errors="backslashreplace"))
    except OSError:
        pass
    return _NOT_FOUND


def _pip(arguments: list[str]) -> int:
    """Run pip, which works without a process; return its status as `wait` encodes it."""
    status, *texts = load("_terrarium.library.installs").run_pip(arguments)
    for descriptor, text in enumerate(texts, 1):
        try:
            os.write(descriptor, text.encode(errors="replace"))
        except OSError:
            pass
    encoded: int = status << 8
    return encoded


def _no_child() -> ChildProcessError:
    return ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))


def wait() -> tuple[int, int]:
    raise _no_child()


def waitpid(pid: int, options: int, /) -> tuple[int, int]:
    raise _no_child()


def wait3(options: int) -> tuple[int, int, Any]:
    raise _no_child()


def wait4(pid: int, options: int) -> tuple[int, int, Any]:
    raise _no_child()


def waitid(idtype: int, id: int, options: int, /) -> Any:
    raise _no_child()


_kill: Any = posix.kill


def kill(pid: int, signal: int, /) -> None:
    if isinstance(pid, int) and pid not in (0, os.getpid(), -os.getpgrp()):
        # The C library refuses this as if there were other processes.
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    _kill(pid, signal)


# The priority that the program has chosen. There is no other process that could come first.
_niceness = 0


def nice(increment: int, /) -> int:
    """Add increment to the priority of process and return the new priority."""
    global _niceness
    if increment < 0:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    _niceness = min(_niceness + increment, 19)
    return _niceness


def getpriority(which: int, who: int) -> int:
    """Return program scheduling priority."""
    _check_process(which, who)
    return _niceness


def setpriority(which: int, who: int, priority: int) -> None:
    """Set program scheduling priority."""
    _check_process(which, who)
    nice(max(priority, -20) - _niceness)


def _check_process(which: int, who: int) -> None:
    own = (os.getpid(), os.getpgrp(), os.getuid())
    if not 0 <= which < len(own):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if who not in (0, own[which]):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))


def getlogin() -> str:
    name: str = load("pwd").getpwuid(os.getuid()).pw_name
    return name


def sched_getaffinity(pid: int, /) -> set[int]:
    if pid not in (0, os.getpid()):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    return set(range(os.cpu_count() or 1))


def geteuid() -> int:
    return os.getuid()


def getegid() -> int:
    return os.getgid()


def getresuid() -> tuple[int, int, int]:
    return (os.getuid(), os.getuid(), os.getuid())


def getresgid() -> tuple[int, int, int]:
    return (os.getgid(), os.getgid(), os.getgid())


def getgroups() -> list[int]:
    return [os.getgid()]


def getgrouplist(user: str, group: int, /) -> list[int]:
    return [group]


def getrandom(size: int, flags: int = 0) -> bytes:
    if size < 0:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return os.urandom(size)


_FUNCTIONS = (
    *(fork, forkpty, execv, execve, posix_spawn, posix_spawnp, system, wait, waitpid, wait3, wait4, waitid),
    *(nice, getpriority, setpriority, kill),
    *(getlogin, sched_getaffinity, geteuid, getegid, getresuid, getresgid, getgroups, getgrouplist, getrandom),
)
_CONSTANTS = {"GRND_NONBLOCK": 1, "GRND_RANDOM": 2}


def change(module: ModuleType) -> None:
    """Change `os`, and `posix`, where its functions come from."""
    for function in (*_FUNCTIONS, *load("_terrarium.library.descriptors").FUNCTIONS):
        replace(posix, function, module)
    for name, value in _CONSTANTS.items():
        for place in (posix, module):
            setattr(place, name, value)
    load("_terrarium.library.environment").change(module)
