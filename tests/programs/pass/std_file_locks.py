# native: yes
"""fcntl: locks of whole files exclude other opens of the file, and let threads run that release them."""

import fcntl
import os
import tempfile
import threading

os.chdir(tempfile.mkdtemp())
one, two = open("a", "w"), open("a", "w")
other = open("b", "w")


def attempt(file, operation):
    try:
        return fcntl.flock(file, operation)
    except Exception as error:
        return type(error).__name__


print(attempt(one, fcntl.LOCK_EX | fcntl.LOCK_NB), attempt(two, fcntl.LOCK_EX | fcntl.LOCK_NB))
print(attempt(two.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB), attempt(other, fcntl.LOCK_EX | fcntl.LOCK_NB))
print(attempt(one, fcntl.LOCK_SH), attempt(two, fcntl.LOCK_SH), attempt(two, fcntl.LOCK_EX | fcntl.LOCK_NB))
one.close()
print(attempt(two, fcntl.LOCK_EX | fcntl.LOCK_NB))

third, order = open("a"), []


def release():
    order.append("released")
    fcntl.flock(two, fcntl.LOCK_UN)


thread = threading.Timer(0.05, release)
thread.start()
fcntl.flock(third, fcntl.LOCK_EX)
order.append("taken")
thread.join()
print(order)
print([attempt(*wrong) for wrong in ((-1, 1), ("x", 1), (third, 0), (third, 2**40), (99, 2), (third, "x"))])
print(fcntl.lockf(two, fcntl.LOCK_EX | fcntl.LOCK_NB), fcntl.lockf(two, fcntl.LOCK_UN))
try:
    fcntl.lockf(third, fcntl.LOCK_EX)
except OSError as error:
    print(type(error).__name__, os.strerror(error.errno))
