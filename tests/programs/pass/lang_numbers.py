# native: yes
"""Numbers: big integers, float formatting, division, bit operations, rounding and conversions."""

import math
import sys

print(2**200, -7 // 2, -7 % 2, divmod(-7, 2), 7 / 2, 7.0 // 2)
print(0.1 + 0.2, 1e300 * 1e10, -1e300 * 1e10, float("nan") == float("nan"), 1e-320)
print(round(2.5), round(3.5), round(-2.675, 2), round(12345, -2), int("ff", 16), int("-0b101", 0), 0o17)
print((255).to_bytes(2, "little"), int.from_bytes(b"\xff\xfe", "big", signed=True), (12).bit_length(), (7).bit_count())
print(f"{1234567.891:,.2f} {0.000123:e} {255:#x} {255:08b} {-5:+d} {3.14159:.3g} {1e21} {123456789:_}")
print(complex(1, 2) * 1j, abs(3 + 4j), (1 + 2j).conjugate(), complex("1-2j"))
print(math.isqrt(10**40), math.gcd(84, 36), math.lcm(4, 6), math.comb(20, 10), math.prod([1, 2, 3]), math.factorial(30))
print(math.sqrt(2), math.pi, math.e, math.hypot(3, 4), math.atan2(1, -1), math.log2(1024), math.fsum([0.1] * 10))
print(math.nextafter(1, 2), math.ulp(1.0), math.frexp(8.5), (0.5).as_integer_ratio(), (0.1).hex(), float.fromhex("0x1p-3"))
print(pow(3, -1, 7), pow(2, 1000, 10**9 + 7), 10**18 * 10**18, -(1 << 70) >> 3, ~5, 6 ^ 3)
print(math.sin(1), math.cos(1), math.tan(1), math.exp(1), math.gamma(5.5), math.erf(0.5))
print(hash(1) == hash(1.0) == hash(True), sys.float_info.max, int(-3.9), bool(0.0))
