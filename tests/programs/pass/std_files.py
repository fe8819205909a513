# native: yes
"""open and io: modes, buffering, newlines, encodings, seeking, appending and in-memory streams."""

import io
import os
import tempfile

os.chdir(tempfile.mkdtemp())
with open("t.txt", "w", newline="") as file:
    print(file.write("a\r\nb\nc\r"), file.tell(), file.name, file.mode, file.closed)
print(open("t.txt").read().split("\n"), open("t.txt", newline="").read(), open("t.txt", "rb").read())
with open("t.txt", "a+") as file:
    file.write("tail")
    file.seek(0)
    print(file.readline(), file.readlines(), file.read())
with open("t.txt", "r+b") as file:
    file.seek(-4, os.SEEK_END)
    print(file.read(2), file.tell(), file.truncate(3), file.seek(0), file.read())
with open("u.txt", "w", encoding="utf-16") as file:
    file.write("é世")
print(open("u.txt", "rb").read()[2:], open("u.txt", encoding="utf-16").read())
with open("big.bin", "wb", buffering=64) as file:
    for n in range(1000):
        file.write(n.to_bytes(4, "big"))
with open("big.bin", "rb") as file:
    print(sum(int.from_bytes(chunk, "big") for chunk in iter(lambda: file.read(4), b"")), os.path.getsize("big.bin"))
with open("sparse", "wb") as file:
    file.seek(1000)
    file.write(b"x")
print(os.path.getsize("sparse"), open("sparse", "rb").read(3))
for bad in (lambda: open("none"), lambda: open("t.txt", "x"), lambda: open("t.txt", "zz"), lambda: open("u.txt").read(), lambda: open("t.txt", "r").write("x")):
    try:
        bad()
    except (OSError, ValueError) as error:
        print(type(error).__name__)
s = io.StringIO("line 1\nline 2\n")
print(s.readline(), list(s), s.getvalue()[:4], io.TextIOWrapper(io.BytesIO(b"\xc3\xa9"), "utf-8").read())
b = io.BytesIO()
z = io.BufferedWriter(b)
z.write(b"abc")
z.flush()
print(b.getvalue(), b.getbuffer()[1], io.BytesIO(b"xyz").readinto(bytearray(2)), sum(1 for _ in open("t.txt")))
first, second = open("t.txt", "rb"), open("t.txt", "rb")
print(first.read(1), second.read(1), first.fileno() != second.fileno())
first.close()
second.close()
os.remove("t.txt")
print(os.path.exists("t.txt"))
