# native: yes
"""/dev/null swallows, /dev/zero gives zeros, /dev/urandom gives entropy."""

import os

with open("/dev/null", "r+b") as file:
    print(file.write(b"gone"), file.read())
with open("/dev/zero", "rb") as file:
    print(file.read(4))
with open("/dev/urandom", "rb") as file:
    print(len(file.read(32)), file.read(16) != file.read(16))
print(len(os.urandom(8)), os.path.exists("/dev/null"), os.stat("/dev/null").st_mode & 0o170000 == 0o020000)
print(os.isatty(0), os.isatty(1))
