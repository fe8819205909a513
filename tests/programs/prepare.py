"""Prepares an image: what it leaves behind in modules, files, callbacks and random generators."""

import colorsys
import ctypes
import fractions
import os
import random
import secrets
import sys
import tempfile
import uuid

secret = 5
fractions.kept = [1, 2]
sys.path.append("/extra")
print("not shown")


def f():
    return 1


os.makedirs("made/inside")
with open("made/inside/text", "w") as file:
    file.write("prepared")
with open("/tmp/scratch", "w") as file:
    file.write("s")
with open("log", "w") as file:
    file.write("line one\nline two\n")
sys.kept_file = open("log")
sys.kept_file.readline()
sys.written = open("out", "w+")
sys.written.write("a")
sys.written.flush()

kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_double)
sys.callback = kind(lambda x, y: int(x * 2 + y))
sys.freed = kind(lambda x, y: 0)
del sys.freed
number = ctypes.POINTER(ctypes.c_int)
sys.compare = ctypes.CFUNCTYPE(ctypes.c_int, number, number)(lambda a, b: a[0] - b[0])

random.seed(5)
print(random.random(), random.gauss(0, 1), secrets.token_hex(), uuid.uuid1(), uuid.uuid4(), uuid.uuid7(), tempfile.mkdtemp())
sys.hue = colorsys.rgb_to_hsv(1, 0, 0)[0]
sys.big = bytearray(20 << 20)
