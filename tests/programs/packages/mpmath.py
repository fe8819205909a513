# packages: mpmath
# works: yes
"""Numbers of any precision, series, roots and integrals."""

from mpmath import findroot, inf, mp, mpf, nsum, quad, zeta

mp.dps = 40
print(mp.pi)
print(mpf(2) ** mpf("0.5"))
print(nsum(lambda n: 1 / n**2, [1, inf]) - zeta(2) == 0, quad(lambda x: mp.exp(-(x**2)), [-inf, inf]) ** 2)
print(findroot(mp.cos, 1.5), mp.polyroots([1, 0, -2])[1])
