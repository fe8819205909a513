"""Says what an interpreter looks like: one line for each part of its state that a program could have changed.

Two interpreters that go on from one image, and nothing else, say the same in every line. Addresses are part of it.
"""

import atexit
import builtins
import contextvars
import ctypes
import decimal
import gc
import locale
import os
import signal
import sys
import threading
import time
import warnings
import zlib


def say(name, *values):
    print(name, *values)


# First of all, before this program itself changes memory in ways that depend on what it finds.
size = globals().get("size", 0)
if size:
    crc = 0
    for start in range(1024, size, 1 << 16):
        crc = zlib.crc32(ctypes.string_at(start, min(1 << 16, size - start)), crc)
    say("memory", crc)

say("modules", sorted(sys.modules))
say("addresses", [(name, id(module)) for name, module in sorted(sys.modules.items())])
for name in ("builtins", "sys", "os", "io", "gc", "signal", "threading", "types", "json", "re", "posix", "abc", "codecs"):
    names = vars(sys.modules[name]) if name in sys.modules else {}
    say(name, sorted((key, type(value).__name__, id(value)) for key, value in names.items()))
say("import", sys.path, [type(f).__name__ for f in sys.meta_path], len(sys.path_hooks), sorted(sys.path_importer_cache))
say("hooks", sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, sys.gettrace(), sys.getprofile())
say("limits", sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits(), sys.flags, sys.dont_write_bytecode)
say("gc", gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.garbage, len(gc.callbacks), gc.get_freeze_count())
say("signals", [(int(number), str(signal.getsignal(number))) for number in sorted(signal.valid_signals())])
say("atexit", atexit._ncallbacks())
say("locale", locale.setlocale(locale.LC_ALL), locale.localeconv()["decimal_point"])
say("warnings", warnings.filters, sys.warnoptions, warnings.showwarning.__module__)
say("decimal", decimal.getcontext(), decimal.DefaultContext)
say("threads", threading.active_count(), [t.name for t in threading.enumerate()], threading.current_thread().name)
say("context", len(list(contextvars.copy_context().items())))
say("environment", sorted(os.environ.items()), os.getcwd(), sys.argv)
say("zone", time.tzname, time.timezone, time.localtime(0).tm_hour)
mask = os.umask(0o22)
say("umask", oct(mask))


def descriptor(number):
    try:
        status = os.fstat(number)
    except OSError:
        return None
    return oct(status.st_mode), os.get_inheritable(number), os.get_blocking(number)


say("descriptors", [(number, found) for number in range(300) if (found := descriptor(number))])
say("streams", sys.stdin.closed, sys.stdout.encoding, sys.stdout.errors, sys.stderr.line_buffering, repr(sys.stdin.read()))
say("original streams", sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__, sys.stdin is sys.__stdin__)
say("files", [found for place in ("/home", "/tmp") for found in os.walk(place)])
say("stack", len(sys._current_frames()), sys.getallocatedblocks() >= 0, sys.exception())
say("numbers", [id(n) for n in range(-5, 257)][::50], id(()), id(""), id(None), 10**2, [*map(abs, (-1, 2))])
say("builtin", builtins.__build_class__ is not None, len("abc"), sorted([3, 1, 2]), isinstance(1, int))
