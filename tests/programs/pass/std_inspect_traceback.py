# native: yes
"""inspect, traceback, ast, dis, tokenize and linecache on code of the program itself."""

import ast
import dis
import inspect
import io
import sys
import tokenize
import traceback


def function(a, /, b: int = 2, *args, c="x", **kwargs) -> str:
    """Doc."""
    local = a
    return str(local)


print(inspect.signature(function), inspect.getdoc(function), inspect.isfunction(function), function.__code__.co_varnames)
bound = inspect.signature(function).bind(1, c=5)
bound.apply_defaults()
print(bound.arguments, inspect.getfullargspec(function).kwonlyargs)


def fails():
    raise ValueError("deep")


try:
    fails()
except ValueError as error:
    frames = traceback.extract_tb(error.__traceback__)
    print([f.name for f in frames], frames[-1].line, traceback.format_exception_only(error))
    print(traceback.TracebackException.from_exception(error).exc_type.__name__)
print(sys._getframe().f_code.co_name, inspect.currentframe().f_lineno > 30, inspect.stack()[0].function)
tree = ast.parse("x = 1 + f(y, *z)")
print(ast.dump(tree.body[0].targets[0]), ast.unparse(tree), ast.literal_eval("{'a': [1, (2, None)]}"))


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(node.value * 2)


print(eval(compile(ast.fix_missing_locations(Doubler().visit(ast.parse("3 + 4", mode="eval"))), "<t>", "eval")))
print([t.string for t in tokenize.generate_tokens(io.StringIO("a+=1 # c").readline)][:4], "RETURN_VALUE" in {i.opname for i in dis.get_instructions(function)})
print([name for name, _ in inspect.getmembers(type("C", (), {"m": lambda s: 0}), inspect.isfunction)])
