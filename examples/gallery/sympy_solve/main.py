"""Exact mathematics: a system with a parameter, the analysis of a curve, and the motion of a damped spring."""

from sympy import Eq, Function, Rational, diff, dsolve, exp, integrate, limit, oo, simplify, solve, symbols

x, y = symbols("x y", real=True)
a = symbols("a", positive=True)
print("system:", solve([Eq(x + a * y, 1), Eq(a * x - y, 2)], [x, y]))
print("circle and line:", solve([Eq(x**2 + y**2, 25), Eq(y, 2 * x - 5)], [x, y]))

curve = x**2 * exp(-x)
extremes = solve(diff(curve, x), x)
print("extremes:", [(point, curve.subs(x, point)) for point in extremes])
print("turning points:", solve(diff(curve, x, 2), x))
print("area from 0:", integrate(curve, (x, 0, oo)), "- limit:", limit(curve, x, oo))

t = symbols("t", nonnegative=True)
s = Function("s")
swing = dsolve(Eq(s(t).diff(t, 2) + 2 * s(t).diff(t) + 5 * s(t), 0), s(t), ics={s(0): 1, s(t).diff(t).subs(t, 0): 0})
print("spring:", swing.rhs, "- check:", simplify(swing.rhs.diff(t, 2) + 2 * swing.rhs.diff(t) + 5 * swing.rhs))
display(swing)

solve(Eq(Rational(1, 3) * x - 2, 5), x)
