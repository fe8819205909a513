# expect: success error
# timeout: 20
"""Makes empty files, folders and links until there are no more."""

import os

made = 0
for n in range(30_000):
    try:
        if n % 3 == 0:
            open(f"f{n}", "w").close()
        elif n % 3 == 1:
            os.mkdir(f"d{n}")
        else:
            os.symlink("x" * 200, f"l{n}")
        made += 1
    except OSError as error:
        reason = error.strerror
print(made < 30_000, reason)
import shutil

for name in os.listdir():
    os.rmdir(name) if os.path.isdir(name) and not os.path.islink(name) else os.unlink(name)
print("alive")
