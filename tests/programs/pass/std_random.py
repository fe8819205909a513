# native: yes
"""random: seeded sequences are CPython's, unseeded ones differ."""

import random

r = random.Random(42)
print(r.random(), r.randint(1, 100), r.choice("abc"), r.sample(range(100), 5), r.gauss(0, 1), r.uniform(1, 2))
items = list(range(10))
r.shuffle(items)
print(items, r.choices("ab", weights=[1, 9], k=5), r.getrandbits(64), r.expovariate(1), r.triangular(), r.randbytes(4))
state = r.getstate()
first = r.random()
r.setstate(state)
print(first == r.random(), random.Random("text").random(), random.Random(1).betavariate(2, 3))
print(random.random() != random.random(), random.Random().random() != random.Random().random(), 0 <= random.SystemRandom().random() < 1)
random.seed(7)
print([random.randrange(1000) for _ in range(5)])

# Ranges of more items than a size of 32 bits counts, and a float seed.
r = random.Random(5)
print(r.sample(range(10**9, 10**10), 3), r.choice(range(10**12)), r.choice(range(10**11, 5, -7)))
print(r.choices(range(10**10), k=2), r.sample(range(10**10), 0), r.sample(range(3), 3))
for seed in (1.5, -0.1, 1e300, 5e-324, float("inf"), float("-inf"), -1.0):
    print(random.Random(seed).getrandbits(32), end=" ")
random.seed(2.5)
print(random.random())
for call in (lambda: r.choice(range(10**10, 0)), lambda: r.sample(range(3), 4), lambda: r.choice(5)):
    try:
        print(call())
    except (IndexError, ValueError, TypeError) as error:
        print(type(error).__name__, error)
