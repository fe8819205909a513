"""`os`: processes are refused by name, and the identity of the process has its usual answers."""

from __future__ import annotations

import errno
import os
import posix

from _terrarium.library.disguise import replace
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


def execv(path: Any, argv: Any, /) -> NoReturn:
    refuse_program(os.fsdecode(path))


def execve(path: Any, argv: Any, env: Any) -> NoReturn:
    refuse_program(os.fsdecode(path))


def posix_spawn(path: Any, argv: Any, env: Any, /, **_options: Any) -> int:
    refuse_program(os.fsdecode(path))


def posix_spawnp(path: Any, argv: Any, env: Any, /, **_options: Any) -> int:
    refuse_program(os.fsdecode(path))


def system(command: Any) -> int:
    name = os.fsdecode(command)
    try:
        os.write(2, f"sh: {NO_PROCESSES}: {name}\n".encode(errors="backslashreplace"))
    except OSError:
        pass
    return _NOT_FOUND


def wait() -> tuple[int, int]:
    raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))


def waitpid(pid: int, options: int, /) -> tuple[int, int]:
    raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))


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
    *(fork, forkpty, execv, execve, posix_spawn, posix_spawnp, system, wait, waitpid),
    *(getlogin, sched_getaffinity, geteuid, getegid, getresuid, getresgid, getgroups, getgrouplist, getrandom),
)
_CONSTANTS = {"GRND_NONBLOCK": 1, "GRND_RANDOM": 2}


def change(module: ModuleType) -> None:
    """Change `os`, and `posix`, where its functions come from."""
    for function in _FUNCTIONS:
        replace(posix, function, module)
    for name, value in _CONSTANTS.items():
        for place in (posix, module):
            setattr(place, name, value)
