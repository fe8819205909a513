# native: no, it tells of the sandbox's own surroundings
"""The program's surroundings: a small Unix with a home, an almost empty environment and no host in it."""

import getpass
import os
import platform
import sys

print(os.getcwd(), os.path.expanduser("~"), getpass.getuser(), sorted(os.environ))
print(sys.platform, sys.version_info[:2], sys.implementation.name, sys.maxsize, sys.byteorder, os.name, __name__, __file__)
print(sys.flags.dont_write_bytecode, sys.getfilesystemencoding(), sys.getdefaultencoding(), sys.argv)
print(platform.python_implementation(), platform.machine(), platform.system(), os.uname().nodename)
print(os.getpid(), os.getuid(), os.cpu_count(), os.getppid())
print(sorted(os.listdir("/")), os.listdir("."), sorted(os.listdir("/dev")), os.listdir("/tmp"))
