# /// script
# dependencies = ["sympy"]
# ///
"""Equations, calculus, matrices and series, exactly."""

import sympy as sp

x, y = sp.symbols("x y")
assert sp.solve(x**2 - 5 * x + 6, x) == [2, 3] and sp.integrate(sp.sin(x), (x, 0, sp.pi)) == 2
assert sp.diff(x**3 * y, x) == 3 * x**2 * y and sp.limit(sp.sin(x) / x, x, 0) == 1
assert sp.Matrix([[1, 2], [3, 4]]).det() == -2 and sp.factor(x**2 - y**2) == (x - y) * (x + y)
assert sp.latex(sp.Rational(1, 2)) == r"\frac{1}{2}" and sp.lambdify(x, x**2)(3) == 9
