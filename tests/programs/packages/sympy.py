# packages: sympy
# works: yes
"""Equations, calculus, matrices and numbers, exactly."""

from sympy import Eq, Function, Matrix, Rational, cos, dsolve, exp, factorint, integrate, lambdify, latex, limit, nsimplify, oo, pi, pretty, series, simplify, sin, solve, sqrt, summation, symbols

x, y, n = symbols("x y n")
print(solve(x**2 - 2, x), solve([x + y - 3, x - y - 1], [x, y]), solve(x**3 - 6 * x**2 + 11 * x - 6))
print(integrate(x * exp(-x), (x, 0, oo)), integrate(sin(x) ** 2, x), limit(sin(x) / x, x, 0), series(cos(x), x, 0, 6))
print(simplify(sin(x) ** 2 + cos(x) ** 2), ((x + y) ** 3).expand(), (x**4 - 1).factor(), summation(1 / n**2, (n, 1, oo)))
m = Matrix([[2, 1], [1, 2]])
print(m.eigenvals(), m.inv(), m.det(), factorint(2**67 - 1), Rational(1, 3) + Rational(1, 6), nsimplify(0.75))
f = Function("f")
print(dsolve(Eq(f(x).diff(x), f(x)), f(x)), latex(sqrt(x) / 2), lambdify(x, x**2 + 1)(3), pi.evalf(30))
print(pretty(sqrt(x) / 2 + 1))
