# native: yes
"""Mappings keep their file, whatever becomes of the descriptor, and agree with it."""

import mmap
import os

with open("a.bin", "wb") as file:
    file.write(b"a" * 300_000)
with open("b.bin", "wb") as file:
    file.write(b"b" * 1000)

# The descriptor's number belongs to another file by the time of the write.
with open("a.bin", "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 0)
other = open("b.bin", "r+b")
mapped[:3] = b"XYZ"
mapped.flush()
other.close()
print(open("a.bin", "rb").read(5), open("b.bin", "rb").read(5))

# Without a flush, too, and in both directions.
mapped[10] = ord("!")
with open("a.bin", "r+b") as file:
    file.seek(5)
    file.write(b"....")
    file.seek(0)
    print(file.read(12), mapped[:12])
mapped.seek(100)
mapped.write(b"through the file interface")
print(mapped.find(b"file"), os.path.getsize("a.bin"), len(mapped), mapped.size())
mapped.flush(mmap.PAGESIZE, 10)

# Two mappings of one file.
with open("a.bin", "r+b") as file:
    second = mmap.mmap(file.fileno(), 0)
    reading = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    private = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    part = mmap.mmap(file.fileno(), 100, offset=mmap.ALLOCATIONGRANULARITY)
second[0] = ord("2")
private[1] = ord("p")
part[0] = ord("o")
part.flush()
print(mapped[:2], reading[:2], private[1:2], mapped[mmap.ALLOCATIONGRANULARITY], open("a.bin", "rb").read(2))
try:
    reading[0] = 1
except TypeError as error:
    print(error)
for each in (second, reading, private, part):
    each.close()

# Resizing changes the file; a removed file lives on in its mapping.
mapped.resize(400_000)
mapped[399_999] = ord("Z")
print(len(mapped), os.path.getsize("a.bin"), mapped[:3], mapped[299_999:300_001])
mapped.resize(5)
print(mapped[:], os.path.getsize("a.bin"))
mapped.move(0, 2, 3)
os.remove("a.bin")
mapped[0] = ord("-")
print(mapped[:], mapped.closed)
mapped.close()
print(mapped.closed)
try:
    mapped[0]
except ValueError as error:
    print(error)

anonymous = mmap.mmap(-1, 100_000)
print(anonymous[:3], len(anonymous), anonymous.write(b"abc"), anonymous[:4])
anonymous.flush()
anonymous.close()
for wrong in (lambda: mmap.mmap(os.open("b.bin", os.O_RDONLY), 0), lambda: mmap.mmap(99, 10), lambda: mmap.mmap(-1, 0), lambda: mmap.mmap(os.open("b.bin", os.O_RDWR), 5000)):
    try:
        wrong()
        print("mapped")
    except (OSError, ValueError) as error:
        print(type(error).__name__)
# Written back at the end, although nothing closes it.
with open("left.bin", "w+b") as file:
    file.truncate(10)
    left = mmap.mmap(file.fileno(), 10)
left[:4] = b"left"
