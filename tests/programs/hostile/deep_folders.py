# expect: success error
# timeout: 20
"""Folders as deep as they go, with long names, walked and removed."""

import os
import shutil

depth = 0
try:
    while depth < 5_000:
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
        depth += 1
except OSError as error:
    print(type(error).__name__)
print(depth > 10)
try:
    print(len(os.getcwd()))
except OSError as error:
    print(type(error).__name__)
os.chdir("/home/earth")
try:
    print(sum(1 for _ in os.walk(".")))
except (OSError, RecursionError) as error:
    print(type(error).__name__)
shutil.rmtree("d" * 100, ignore_errors=True)
for name in ("x" * 300, "x/" * 3000 + "y", "\xff" * 255, "/" * 10_000, "a" * 5_000_000):
    try:
        open(name, "w").close()
    except OSError as error:
        print(type(error).__name__)
print("alive")
