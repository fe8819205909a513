# native: yes
"""Classes: inheritance, properties, descriptors, metaclasses, operators, slots and method resolution."""


class Meta(type):
    registry = []

    def __new__(mcs, name, bases, namespace, **options):
        made = super().__new__(mcs, name, bases, namespace)
        mcs.registry.append((name, options))
        return made


class Typed:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if not isinstance(value, int):
            raise TypeError(f"{self.name[1:]} must be int, not {type(value).__name__}")
        setattr(instance, self.name, value)


class Base(metaclass=Meta, kind="root"):
    count = Typed()

    def __init__(self, count):
        self.count = count

    def __init_subclass__(cls, /, label="none", **rest):
        super().__init_subclass__(**rest)
        cls.label = label

    def __add__(self, other):
        return type(self)(self.count + other.count)

    def __eq__(self, other):
        return self.count == other.count

    def __hash__(self):
        return hash(self.count)

    def __repr__(self):
        return f"{type(self).__name__}({self.count})"

    @property
    def double(self):
        return self.count * 2

    @classmethod
    def zero(cls):
        return cls(0)

    @staticmethod
    def answer():
        return 42


class Left(Base, label="l"):
    def who(self):
        return "left"


class Right(Base):
    def who(self):
        return "right"


class Both(Left, Right):
    __slots__ = ()

    def who(self):
        return super().who() + "+" + super(Left, self).who()


print(Both(2) + Both(3), Both(1) == Base(1), len({Base(1), Base(1)}), Both(4).double)
print(Both.zero(), Both.answer(), Left.label, Right.label, Both(0).who())
print([c.__name__ for c in Both.__mro__], Meta.registry)
try:
    Base("x")
except TypeError as error:
    print(error)
