# native: no, a host has other paths
"""Paths that try to leave the root stay in it."""

import os

print(os.path.realpath("/../../.."), os.listdir("/..") == os.listdir("/"), os.path.samefile("/..", "/"))
os.symlink("/../../../etc", "out")
print(os.path.exists("out"), os.path.realpath("out"))
os.chdir("/..")
print(os.getcwd())
fd = os.open("/", os.O_RDONLY)
try:
    os.open("../../etc/passwd", os.O_RDONLY, dir_fd=fd)
except OSError as error:
    print(type(error).__name__)
