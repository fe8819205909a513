# native: yes
"""memoryview, buffers, bytearray growth and large allocations."""

view = memoryview(bytearray(range(12))).cast("B", (3, 4))
print(view[1, 2], view.shape, view.tolist(), memoryview(b"abcd")[::2].tobytes(), memoryview(b"x").readonly)
buffer = bytearray()
for n in range(1000):
    buffer += bytes([n % 256]) * 100
print(len(buffer), buffer.count(7), hash(bytes(buffer[:10])) == hash(bytes(range(1))[:0] + bytes(10)))
big = bytearray(50_000_000)
big[-1] = 5
print(len(big), big[-1], sum(memoryview(big)[:1000]))
del big
parts = ["x" * 1000 for _ in range(20_000)]
print(len("".join(parts)), len(set(map(id, parts))) > 1)
table = {str(n): n for n in range(200_000)}
print(len(table), table["199999"], sum(table.values()))
