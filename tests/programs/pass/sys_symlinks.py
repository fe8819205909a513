# native: yes
"""Symbolic links: relative, absolute, dangling, to folders, and loops that end."""

import errno
import os
import tempfile

os.chdir(tempfile.mkdtemp())
os.makedirs("d/e")
open("d/e/f", "w").write("content")
os.symlink("d/e", "short")
os.symlink("../d", "d/back")
os.symlink("nowhere", "dangling")
os.symlink("loop2", "loop1")
os.symlink("loop1", "loop2")
print(open("short/f").read(), os.path.realpath("short/f").endswith("d/e/f"), os.path.exists("dangling"), os.path.lexists("dangling"))
for name in ("dangling", "loop1"):
    try:
        open(name)
    except OSError as error:
        print(type(error).__name__, errno.errorcode[error.errno])
open("dangling", "w").write("made")
print(open("nowhere").read(), os.lstat("short").st_size, os.path.islink("short"), os.stat("short").st_ino == os.stat("d/e").st_ino)
os.unlink("short")
print(sorted(os.listdir()), os.path.exists("d/e/f"))
os.rename("loop1", "renamed")
print(os.readlink("renamed"), os.path.ismount("/"))
