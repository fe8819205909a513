# native: yes
"""mmap of files and anonymous memory; pipes and select."""

import mmap
import os
import tempfile

os.chdir(tempfile.mkdtemp())
with open("m.bin", "wb") as file:
    file.write(b"0123456789" * 1000)
with open("m.bin", "r+b") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
    print(len(mapped), mapped[5:15], mapped.find(b"90"), mapped.readline()[:3])
with open("m.bin", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
    mapped[0:3] = b"abc"
    mapped.flush()
print(open("m.bin", "rb").read(6))
with mmap.mmap(-1, 4096) as mapped:
    mapped.write(b"anonymous")
    mapped.seek(0)
    print(mapped.read(9), mapped[4095])
