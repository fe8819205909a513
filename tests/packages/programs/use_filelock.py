# /// script
# dependencies = ["filelock"]
# ///
"""A lock is taken, taken again, and refused to another."""

import filelock

lock = filelock.FileLock("a.lock")
with lock, lock:
    assert lock.is_locked and lock.lock_counter == 2
assert not lock.is_locked
with filelock.SoftFileLock("b.lock"):
    try:
        filelock.SoftFileLock("b.lock", timeout=0.05).acquire()
        raise AssertionError("it is taken")
    except filelock.Timeout:
        pass
