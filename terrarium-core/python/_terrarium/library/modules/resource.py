"""The use of resources, and their limits, which are set from outside of the sandbox."""

import errno
import mmap
import os
import time
from collections import namedtuple
from fcntl import ioctl

from _terrarium.wire import channel as _channel

error = OSError

RLIM_INFINITY = -1
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE = range(8)
RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO = 8, 9, 11, 12, 13, 14
RLIMIT_RTTIME = 15
RLIMIT_OFILE = RLIMIT_NOFILE

_LIMITS = 16
# What each limit is about, except these, is counted by the sandbox. The program's own limits of these change nothing:
# there are no core files, processes, queues or locked memory, and the stack has a fixed size.
_UNCOUNTED = {
    *(RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_MEMLOCK, RLIMIT_SIGPENDING),
    *(RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME),
}
_set: dict[int, tuple[int, int]] = {}
# The request to the host for the size of the program's memory.
_MEMORY = 0x7404

struct_rusage = namedtuple(
    "struct_rusage",
    [
        *("ru_utime", "ru_stime", "ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt", "ru_majflt"),
        *("ru_nswap", "ru_inblock", "ru_oublock", "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw", "ru_nivcsw"),
    ],
    module="resource",
)


def getrusage(who, /):
    """Return the use of the processor in seconds, and of memory in KiB. Other resources are not counted."""
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD):
        raise ValueError("invalid who parameter")
    if who == RUSAGE_CHILDREN:
        return struct_rusage(0.0, 0.0, *[0] * 14)
    return struct_rusage(time.process_time(), 0.0, ioctl(_channel.descriptor, _MEMORY), *[0] * 13)


def _check(resource):
    if not isinstance(resource, int):
        raise TypeError(f"'{type(resource).__name__}' object cannot be interpreted as an integer")
    if not -(2**31) <= resource < 2**31:
        raise OverflowError("Python int too large to convert to C int")
    if not 0 <= resource < _LIMITS:
        raise ValueError("invalid resource specified")


def getrlimit(resource, /):
    """Return the soft and the hard limit. The limits of the sandbox are not among these."""
    _check(resource)
    return _set.get(resource, (RLIM_INFINITY, RLIM_INFINITY))


def setrlimit(resource, limits, /):
    """Set the limits of a resource. Those that the sandbox counts cannot be changed from inside."""
    _check(resource)
    wanted = tuple(limits)
    if len(wanted) != 2:
        raise ValueError("expected a tuple of 2 integers")
    for limit in wanted:
        if not isinstance(limit, int):
            raise TypeError(f"'{type(limit).__name__}' object cannot be interpreted as an integer")
    soft, hard = [_size(limit) for limit in wanted]
    present = getrlimit(resource)
    if soft > hard:
        raise ValueError("current limit exceeds maximum limit")
    if hard > _size(present[1]):
        raise ValueError("not allowed to raise maximum limit")
    if wanted == present:
        return
    if resource not in _UNCOUNTED:
        raise PermissionError(errno.EPERM, "limits are set from outside of the sandbox")
    _set[resource] = wanted


def _size(limit):
    return float("inf") if limit == RLIM_INFINITY else limit


def prlimit(pid, resource, limits=None, /):
    """Return the limits of a process, and set them if there are any given."""
    if pid not in (0, os.getpid()):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    present = getrlimit(resource)
    if limits is not None:
        setrlimit(resource, limits)
    return present


def getpagesize():
    """Return the number of bytes of a page."""
    return mmap.PAGESIZE
