# native: no, processes have other memory there
"""multiprocessing.shared_memory: blocks and lists with names, and their manager."""

import array
from multiprocessing import Process, resource_tracker, shared_memory
from multiprocessing.managers import SharedMemoryManager


def double(name, count):
    block = shared_memory.SharedMemory(name)
    numbers = block.buf.cast("i")[:count]
    for place, number in enumerate(numbers):
        numbers[place] = number * 2
    del numbers
    block.close()


block = shared_memory.SharedMemory("numbers", create=True, size=16)
block.buf[:16] = array.array("i", [1, 2, 3, 4]).tobytes()
process = Process(target=double, args=("numbers", 4))
process.start()
process.join()
print(process.exitcode, block.name, block.size >= 16, list(block.buf.cast("i")[:4]))
again = shared_memory.SharedMemory("numbers")
again.buf[0] = 99
print(block.buf[0])
for wrong in (
    lambda: shared_memory.SharedMemory("numbers", create=True, size=8),
    lambda: shared_memory.SharedMemory("nothing"),
    lambda: shared_memory.SharedMemory(create=True, size=0),
):
    try:
        wrong()
    except (OSError, ValueError) as error:
        print(type(error).__name__, getattr(error, "filename", None) or error)
again.close(), block.close(), block.unlink()
try:
    shared_memory.SharedMemory("numbers")
except FileNotFoundError as error:
    print(error.filename)
items = shared_memory.ShareableList(["a", 1, 2.5, None, b"x", True])
items[1] = 7
same = shared_memory.ShareableList(name=items.shm.name)
print(list(same), len(items), items.count("a"))
same.shm.close(), items.shm.close(), items.shm.unlink()
with SharedMemoryManager() as manager:
    held = manager.SharedMemory(10)
    print(manager.ShareableList([1, 2])[1], held.size >= 10)
try:
    shared_memory.SharedMemory(held.name)
except FileNotFoundError:
    print("gone with its manager")
print(resource_tracker.register.__name__, resource_tracker.ensure_running())
