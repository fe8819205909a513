"""Decimal numbers: roots, logarithms and interest, with many digits."""

from decimal import Decimal, getcontext


def run():
    getcontext().prec = 60
    total = Decimal(0)
    for i in range(1, 2_000):
        total += Decimal(i).sqrt() / Decimal(i + 1)
        if i % 20 == 0:
            total += Decimal(i).ln()
    balance = Decimal("1000.00")
    for _ in range(20_000):
        balance = (balance * Decimal("1.0004")).quantize(Decimal("0.01"))
    return str(total)[:40], str(balance)
