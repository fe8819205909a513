# native: yes
"""sys.stdout and sys.stderr: replaced, written as bytes, flushed, and without a last newline."""

import io
import os
import sys

print("text", end="")
sys.stdout.flush()
sys.stdout.buffer.write("bytes é\n".encode())
sys.stdout.buffer.flush()
sys.stdout.write("written\n")
sys.stdout.flush()
os.write(1, b"descriptor\n")
old, sys.stdout = sys.stdout, io.StringIO()
print("captured")
captured, sys.stdout = sys.stdout.getvalue(), old
print(repr(captured), sys.stdout.encoding, sys.stderr.errors, sys.stdin.read(), sys.stdout.fileno(), sys.__stdout__ is sys.stdout)
print("a", "b", sep="--", end="!\n", flush=True)
sys.stdout.writelines(["1", "2", "\n"])
print("no newline at the end", end="")
