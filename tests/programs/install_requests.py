"""Requests for packages that no harness makes."""

import fcntl, json, struct, ctypes
from _terrarium.wire import channel
from _terrarium.library.installs import install, Refused
def ask(content, capacity=1 << 16, length=None):
    buffer = bytearray(max(len(content), 2000) + 8)
    buffer[:8] = struct.pack("<II", capacity, len(content) if length is None else length)
    buffer[8 : 8 + len(content)] = content
    try:
        fcntl.ioctl(channel.descriptor, 0x7409, buffer)
        return "ok"
    except OSError as error:
        return error.errno
for content in (b"", b"[]", b"{", b"\xff" * 100, b'{"requirements": 5}', b'{"requirements": [], "x": 1}', b'{"requirements": [[]]}'):
    assert ask(content) == 28, content
assert ask(b"{}", 1 << 31) == 28 and ask(b"{}", 1 << 16, 1 << 17) == 28 and ask(b"{}", 10, 0xFFFFFFFF) == 28
assert ask(b'{"requirements": ["middle"]}', 30) == 35
try:
    install(["x" * 200_000])
except Refused as error:
    assert error.code == "install_limit"
refused = 0
for text in ("x" * 100_000, "a" + "[b]" * 1000, "a" + ",>1" * 20_000, "\0", "\ud800", "../../etc", "a; " + "(" * 5000, "é" * 9):
    try:
        install([text])
    except Refused:
        refused += 1
for number in range(2000):
    try:
        install([f"nobody{number}", "top"])
    except Refused:
        refused += 1
install(["top"] * 100)
import top
[refused, top.y]
