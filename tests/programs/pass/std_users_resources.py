# native: no, the user of the machine differs
"""pwd, grp, resource and os: who runs the program, and with what."""

import getpass
import grp
import os
import pathlib
import pwd
import resource
import webbrowser

me = pwd.getpwuid(os.getuid())
print(me.pw_name, me.pw_uid, me.pw_dir, pwd.getpwnam("earth") == me, pwd.getpwall()[0].pw_name, type(me))
print(grp.getgrgid(me.pw_gid).gr_name, grp.getgrnam("root").gr_gid, getpass.getuser(), os.getlogin())
print(os.path.expanduser("~earth"), pathlib.Path("~root").expanduser(), pathlib.Path.home().owner())
for way in (lambda: pwd.getpwnam("nobody"), lambda: grp.getgrgid(7), lambda: pwd.getpwuid("x"), lambda: pwd.getpwnam("a\0")):
    try:
        way()
    except (KeyError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime > 0, used.ru_maxrss > 10_000, resource.getrlimit(resource.RLIMIT_AS), resource.getpagesize() % 4096)
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_STACK, (1 << 29, resource.RLIM_INFINITY))
print(resource.getrlimit(resource.RLIMIT_CORE), resource.prlimit(0, resource.RLIMIT_STACK))
for limits in ((5, 2), (5,), 5, ("a", "b")):
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, limits)
    except (ValueError, TypeError) as error:
        print(error)
try:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except PermissionError as error:
    print(error)
print(os.sched_getaffinity(0), webbrowser.open("https://example.org"))
