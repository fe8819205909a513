"""os.environ: 200,000 variables are set and removed in a moment, and C code finds what Python sets."""

import ctypes
import os

library = ctypes.CDLL(None)
library.getenv.restype = ctypes.c_char_p
before = dict(os.environ)
for number in range(200_000):
    os.environ[f"NUMBER_{number}"] = str(number)
print(len(os.environ) - len(before), [library.getenv(name) for name in (b"NUMBER_0", b"NUMBER_199999", b"NUMBER_")])

os.environ["NUMBER_0"] = "changed"
library.setenv(b"FROM_C", b"1", 1)
os.environ["AFTER"] = "2"
library.unsetenv(b"NUMBER_7")
os.environ["LATER"] = "3"
names = (b"NUMBER_0", b"FROM_C", b"AFTER", b"NUMBER_7", b"LATER", b"NUMBER_199999")
print([library.getenv(name) for name in names])

for number in range(100, 200_000):
    os.unsetenv(f"NUMBER_{number}")
os.reload_environ()
print(len(os.environ) - len(before), os.environ["NUMBER_99"], os.environ["FROM_C"], "NUMBER_100" in os.environ)
for wrong in (("", "x"), ("a=b", "x"), ("a\0", "x"), ("a", "\0"), (1, "x")):
    try:
        os.putenv(*wrong)
    except (OSError, TypeError, ValueError) as error:
        print(type(error).__name__)
print(os.putenv, os.unsetenv, os.putenv.__doc__)
