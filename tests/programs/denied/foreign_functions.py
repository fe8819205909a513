# native: no, native Python may load libraries
"""ctypes reaches nothing outside: libraries are not loaded, and what is refused says so."""

try:
    import ctypes
except ImportError as error:
    print("no ctypes:", type(error).__name__)
else:
    for name in ("libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6", "/tmp/made.so", "libssl.so"):
        try:
            print(name, "LOADED", ctypes.CDLL(name))
        except BaseException as error:
            print(name, type(error).__name__)
open("/tmp/made.so", "wb").write(b"\0asm\1\0\0\0")
import importlib.machinery
import importlib.util

spec = importlib.util.spec_from_loader("made", importlib.machinery.ExtensionFileLoader("made", "/tmp/made.so"))
try:
    importlib.util.module_from_spec(spec)
    print("LOADED")
except BaseException as error:
    print("extension", type(error).__name__)
