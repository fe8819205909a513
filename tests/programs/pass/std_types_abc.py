# native: yes
"""abc, types, weakref proxies, copyreg, numbers and operator protocols."""

import abc
import numbers
import types


class Shape(abc.ABC):
    @property
    @abc.abstractmethod
    def area(self): ...

    @classmethod
    def __subclasshook__(cls, other):
        return NotImplemented


class Square(Shape):
    def __init__(self, side):
        self.side = side

    @property
    def area(self):
        return self.side**2


try:
    Shape()
except TypeError as error:
    print(str(error).split("'")[0])
print(Square(3).area, isinstance(Square(1), Shape), isinstance(3, numbers.Integral), isinstance(3.0, numbers.Real))
m = types.ModuleType("made", "doc")
exec("x = 1", m.__dict__)
print(m.x, m.__doc__, types.SimpleNamespace(a=1), types.MappingProxyType({"k": 1})["k"], types.MethodType(lambda s: s, 5)())
print(isinstance(lambda: 0, types.FunctionType), isinstance(len, types.BuiltinFunctionType), types.new_class("N", (), {}, lambda ns: ns.update(v=2)).v)
f = types.FunctionType((lambda: y).__code__, {"y": "from globals"})
print(f(), types.GenericAlias(list, (int,)), int | str, types.NoneType)
