# native: no, native file systems keep nanoseconds
"""Times of files: what is read can be set again, and a copy has the original's."""

import filecmp
import os
import pathlib
import shutil
import zipfile

with open("a", "w") as file:
    file.write("x")
for name in ("a", os.__file__):
    shutil.copy2(name, "b")
    print(os.stat(name).st_mtime_ns == os.stat("b").st_mtime_ns, filecmp.cmp(name, "b"), os.stat("b").st_mtime_ns % 1000)
os.utime("b", ns=(1, 1_234_567_891))
print(os.stat("b").st_atime_ns, os.stat("b").st_mtime_ns)
pathlib.Path("a").copy("c", preserve_metadata=True)
print(os.stat("a").st_mtime_ns == os.stat("c").st_mtime_ns)
os.chown("a", os.getuid(), os.getgid())
print(os.getuid(), os.getgid(), os.stat("a").st_uid, os.stat("a").st_gid)
os.mkdir(b"odd-\xff")
print(*sorted(os.listdir(".")))

# Files of the library have a time that every archive can hold.
with zipfile.ZipFile("library.zip", "w") as archive:
    archive.write(os.__file__, "os.py")
    print(archive.infolist()[0].date_time)
