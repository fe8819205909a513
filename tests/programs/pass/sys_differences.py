# native: no, these are the known differences to it
"""Features that this Python lacks or implements differently: the list in the documentation."""

import hashlib
import importlib
import locale
import os
import signal
import socket
import sys

for module in ("resource", "fcntl", "termios", "grp", "pwd", "syslog", "readline", "curses", "dbm.gnu", "tkinter", "multiprocessing", "_posixshmem", "ssl", "ctypes", "sqlite3", "lzma", "venv",
               "ensurepip", "idlelib", "turtle", "pydoc", "test", "distutils", "lib2to3", "nis", "spwd", "crypt", "mmap", "select", "zoneinfo", "compression.zstd", "concurrent.interpreters"):
    try:
        importlib.import_module(module)
    except BaseException as error:
        print(module, type(error).__name__)
for module, names in ((os, ("link", "fork", "forkpty", "mkfifo", "mknod", "nice", "posix_spawn", "sched_getaffinity", "getxattr", "memfd_create", "eventfd", "openpty", "getlogin", "getloadavg", "chroot", "sysconf", "umask")),
                      (hashlib, ("pbkdf2_hmac", "scrypt", "file_digest")), (socket, ("AF_UNIX", "AF_INET6")), (signal, ("alarm", "setitimer", "pause", "pthread_sigmask", "sigwait"))):
    print(module.__name__, "lacks", [name for name in names if not hasattr(module, name)])
print(locale.setlocale(locale.LC_ALL, "C"), sys.maxsize, sys.getrecursionlimit(), sys.thread_info, sys.float_repr_style, os.cpu_count())
print(hash(2**61 - 1), sys.hash_info.width, sys.int_info.bits_per_digit, sys.getsizeof(1), sys.flags.utf8_mode, sys.stdout.line_buffering, sys.stdout.write_through)
for number in (2, 40, 28, 44, 54):
    print(number, os.strerror(number))
os.setsid()
open("file", "w").close()
os.utime("file", ns=(1, 5_123_456_789))
print(os.stat("file").st_mtime_ns, "setsid did nothing")
