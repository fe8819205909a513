# /// script
# dependencies = ["faker"]
# ///
"""Names, addresses and other data, the same ones for a seed."""

from faker import Faker

Faker.seed(7)
one = Faker(["de_DE", "en_US"])
names = [one.name() for _ in range(3)]
Faker.seed(7)
two = Faker(["de_DE", "en_US"])
assert names == [two.name() for _ in range(3)] and all(names)
assert "@" in Faker().email() and len(Faker("ja_JP").postcode()) >= 7 and Faker().date_of_birth().year < 2027
