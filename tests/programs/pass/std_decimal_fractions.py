# native: yes
"""decimal, fractions and statistics."""

import decimal
import fractions
import statistics
from decimal import Decimal
from fractions import Fraction

decimal.getcontext().prec = 50
print(Decimal(2).sqrt(), Decimal("0.1") + Decimal("0.2"), Decimal(1) / 7, Decimal("1E+3").normalize(), Decimal("1.10").as_tuple())
print(Decimal("2.675").quantize(Decimal("0.01"), decimal.ROUND_HALF_EVEN), Decimal("NaN").is_nan(), -Decimal(0), f"{Decimal('1234567.891'):,.2f}")
with decimal.localcontext() as context:
    context.prec = 5
    print(Decimal(10) / 3, Decimal(2) ** Decimal("0.5"), Decimal(1).exp(), Decimal(10).ln())
try:
    Decimal(1) / 0
except decimal.DivisionByZero as error:
    print(error)
print(Fraction(3, 4) + Fraction("0.125"), Fraction(0.1).limit_denominator(100), Fraction(-7, 3).__floor__(), fractions.Fraction(1, 3) ** -2)
data = [2.5, 3.25, 5.5, 11.5, 11.5]
print(statistics.mean(data), statistics.median(data), statistics.mode(data), statistics.stdev(data), statistics.variance(data))
print(statistics.quantiles(range(1, 100), n=4), statistics.harmonic_mean([40, 60]), statistics.geometric_mean([54, 24, 36]))
print(statistics.correlation([1, 2, 3], [1, 5, 7]), statistics.linear_regression([1, 2, 3], [3, 5, 7]), statistics.NormalDist(100, 15).cdf(115))
