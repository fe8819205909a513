# packages: kiwisolver
# works: yes
"""Linear constraints are solved, with strengths, and conflicts refused."""

from kiwisolver import Solver, UnsatisfiableConstraint, Variable

left, width, right = Variable("left"), Variable("width"), Variable("right")
solver = Solver()
for constraint in (left + width == right, left >= 10, (width == 100) | "weak", right <= 90):
    solver.addConstraint(constraint)
solver.updateVariables()
print(left.value(), width.value(), right.value())
solver.addEditVariable(left, "strong")
solver.suggestValue(left, 30)
solver.updateVariables()
print(left.value(), width.value(), right.value())
try:
    solver.addConstraint(left >= 95)
except UnsatisfiableConstraint:
    print("unsatisfiable")
