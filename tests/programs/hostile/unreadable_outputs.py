# expect: success error
# timeout: 10
"""Output files that the caller cannot read easily: no permission, loops, names that are not text, devices."""

import os

open("locked", "w").write("x")
os.chmod("locked", 0)
os.symlink("loop", "loop")
open(b"\xff\xfe", "w").write("bytes")
os.mkdir("folder")
open("folder/in", "w").write("y")
os.chmod("folder", 0)
try:
    os.mkfifo("fifo")
except (OSError, AttributeError) as error:
    print(type(error).__name__)
open("new\nline", "w").write("z")
print("alive")
