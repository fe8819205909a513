# native: yes
"""struct, array, heapq, bisect, copy and pickle."""

import array
import bisect
import copy
import heapq
import io
import pickle
import struct
import sys

print(struct.pack("<ibhqfd?3s", 1, -2, 3, 4, 0.5, 0.25, True, b"abc").hex(), struct.calcsize("<ibhqfd?3s"), struct.unpack(">H", b"\x01\x02"))
print(list(struct.iter_unpack("<H", b"\1\0\2\0")), struct.pack("!I", 0xDEADBEEF).hex())
try:
    struct.pack("b", 300)
except struct.error:
    print("out of range")
a = array.array("d", [1.0, 2.5])
a.extend([3])
print(a, a.itemsize, a.tobytes()[:8].hex(), array.array("i", range(5))[1:4], array.array("B", b"xy").tolist())
heap = [5, 2, 8, 1]
heapq.heapify(heap)
print(heapq.heappop(heap), heapq.heappushpop(heap, 0), heapq.nlargest(2, heap), list(heapq.merge([1, 4], [2, 3])))
print(bisect.bisect([1, 3, 3, 5], 3), bisect.bisect_left([1, 3, 3, 5], 3), bisect.bisect([(1, "a"), (2, "b")], 1, key=lambda t: t[0]))


class Node:
    def __init__(self, value):
        self.value, self.self = value, self

    def __reduce__(self):
        return (Node, (self.value,))


shared = [1]
deep = copy.deepcopy([shared, shared, {"k": shared}])
print(deep[0] is deep[1], deep[0] is shared, copy.copy([shared])[0] is shared)
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    data = pickle.dumps([1, "é", b"x", {1.5: None}, (True,), {3}, 2**100, Node(4).value, shared], protocol)
    assert pickle.loads(data) == [1, "é", b"x", {1.5: None}, (True,), {3}, 2**100, 4, [1]]
cycle = []
cycle.append(cycle)
again = pickle.loads(pickle.dumps(cycle))
print(again[0] is again, pickle.loads(pickle.dumps(Node(7))).value, pickle.loads(pickle.dumps(len)) is len)
try:
    pickle.dumps(lambda: 0)
except (pickle.PicklingError, AttributeError) as error:
    print("not picklable")
print(sys.byteorder, memoryview(array.array("i", [1, 2])).cast("B").nbytes)
