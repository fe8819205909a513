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
