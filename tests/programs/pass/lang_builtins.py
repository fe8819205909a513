# native: yes
"""The built-in functions: eval, exec, compile, type, vars, getattr and iteration helpers."""

space = {}
exec("def f(x):\n    return x * 2\ny = f(21)", space)
print(space["y"], eval("y + 1", space), eval(compile("[n for n in 'ab']", "<c>", "eval")))
Made = type("Made", (dict,), {"hello": lambda self: "hi"})
made = Made(a=1)
made.extra = 5
print(made.hello(), vars(made), getattr(made, "nope", "default"), hasattr(made, "extra"), callable(made.hello))
print(isinstance(True, int), issubclass(bool, (str, int)), id(made) == id(made), type(made).__mro__[1])
print(list(iter([1, 2, 0, 3].pop, 1)), next(iter([]), "end"), list(filter(None, [0, 1, "", "a"])), abs(-3), bin(10), oct(8))
print(sorted(dir(type("E", (), {"z": 1})))[-1], format(3.14159, ".2f"), ascii("é"), chr(97), ord("a"), hash("") == hash(""))
print(repr(slice(1, 2)), repr(range(3)), repr(...), NotImplemented, min(3, 1, 2), max([], default=None), sum([1.5, 2]))
print(help.__class__.__name__, len(globals()) > 5, "print" in dir(__builtins__), input.__name__)
