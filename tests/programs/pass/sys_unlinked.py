# native: yes
"""POSIX rename and unlink: open files outlive their names, rename replaces, folders nest."""

import errno
import os
import tempfile

os.chdir(tempfile.mkdtemp())
f = open("a", "w+")
f.write("alive")
f.flush()
os.unlink("a")
f.seek(0)
print(f.read(), os.path.exists("a"), os.fstat(f.fileno()).st_nlink)
f.close()
open("x", "w").write("x")
open("y", "w").write("y")
held = open("y")
os.rename("x", "y")
print(held.read(), open("y").read(), os.listdir())
os.makedirs("p/q")
for source, target in (("p", "p/q/r"), ("y", "p"), ("p", "y"), ("none", "z")):
    try:
        os.rename(source, target)
    except OSError as error:
        print(source, target, type(error).__name__)
os.mkdir("empty")
os.rename("p", "empty")
print(sorted(os.listdir()), os.listdir("empty"))
here = os.getcwd()
os.mkdir("gone")
os.chdir("gone")
os.rmdir(here + "/gone")
try:
    os.getcwd()
except FileNotFoundError:
    print("no working directory")
os.chdir(here)
for name in ("x" * 256, "", "a/b/c", "y/z"):
    try:
        open(name, "w")
    except OSError as error:
        print(type(error).__name__, errno.errorcode[error.errno])
try:
    open("nul\0byte")
except ValueError as error:
    print(error)
