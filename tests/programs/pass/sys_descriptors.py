# native: yes
"""os: hard links, copies between descriptors, vectors, reserved space, and what belongs to processes."""

import os
import pathlib
import tempfile

os.chdir(tempfile.mkdtemp())
with open("a", "w") as file:
    file.write("0123456789")
os.link("a", "b")
print(os.stat("a").st_nlink, os.path.samefile("a", "b"), pathlib.Path("c").hardlink_to("a"), os.stat("c").st_nlink)
with open("b", "a") as file:
    file.write("!")
os.unlink("a")
print(open("c").read(), os.stat("b").st_nlink)
os.symlink("b", "s")
os.link("s", "t", follow_symlinks=False)
os.mkdir("d")
folder = os.open("d", os.O_RDONLY)
os.link("b", "in", dst_dir_fd=folder)
print(os.path.islink("t"), os.listdir("d"))
for old, new in (("b", "c"), ("nothing", "e"), ("d", "e"), ("b", "no/e"), ("b/", "e")):
    try:
        os.link(old, new)
    except OSError as error:
        print(type(error).__name__, error.filename, error.filename2)
try:
    os.link("a\0", "e")
except ValueError:
    print("a NUL")

source, target = os.open("b", os.O_RDONLY), os.open("f", os.O_RDWR | os.O_CREAT)
os.write(target, b"2340123456789!")
print(os.copy_file_range(source, target, 4, 1, 20), os.copy_file_range(source, target, 3), os.fstat(target).st_size)
print(os.pread(target, 100, 0), os.lseek(source, 0, os.SEEK_CUR))
os.posix_fallocate(target, 0, 5)
print(os.fstat(target).st_size, os.posix_fallocate(target, 30, 10), os.fstat(target).st_size)
parts = [bytearray(3), bytearray(2), bytearray(4)]
print(os.preadv(source, parts, 1), parts, os.preadv(source, parts, 8), os.pwritev(target, [b"ab", b"c"], 38))
print(os.fstat(target).st_size)
try:
    os.posix_fallocate(target, 0, 0)
except OSError as error:
    print(type(error).__name__)

reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
print(os.get_blocking(reading), os.get_inheritable(writing))
try:
    os.read(reading, 1)
except BlockingIOError:
    print("nothing yet")

before = os.getpriority(os.PRIO_PROCESS, 0)
print(os.nice(0) == before, os.nice(1) == before + 1 == os.getpriority(os.PRIO_PROCESS, os.getpid()))
os.setpriority(os.PRIO_PROCESS, 0, before + 3)
print(os.nice(0) - before)
for wrong in (lambda: os.getpriority(7, 0), lambda: os.wait3(0), lambda: os.waitid(os.P_ALL, 0, os.WEXITED), lambda: os.kill(99_999_999, 9)):
    try:
        wrong()
    except OSError as error:
        print(type(error).__name__)
for argv in ((), ("",), "x"):
    try:
        os.execv("/nothing", argv)
    except (ValueError, TypeError) as error:
        print(error)
