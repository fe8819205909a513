# native: yes
"""Comprehensions and generator expressions, nested, filtered and with their own scope."""

squares = [n * n for n in range(10) if n % 3]
pairs = {(a, b) for a in "ab" for b in "xy"}
lookup = {word: len(word) for word in ("one", "three", "seven")}
flat = [cell for row in ([1, 2], [], [3]) for cell in row]
total = sum(n for n in range(101))
print(squares, sorted(pairs), lookup, flat, total)
print([y := 5, y**2], y)
print((lambda *a, **k: (a, k))(1, *[2, 3], x=1, **{"y": 2}))
