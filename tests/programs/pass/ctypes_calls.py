# native: yes
"""Foreign functions with every scalar type, structures, callbacks, variable arguments and errors."""
import ctypes
from ctypes import *

libc = CDLL(None)
print(libc.strlen(b"hello"), libc.abs(-5), libc.toupper(ord("a")))
libc.atof.restype, libc.atof.argtypes = c_double, [c_char_p]
print(libc.atof(b"2.5"))
libc.strtoll.restype, libc.strtoll.argtypes = c_longlong, [c_char_p, c_void_p, c_int]
print(libc.strtoll(b"-9000000000000000000", None, 10))
libc.strchr.restype, libc.strchr.argtypes = c_char_p, [c_char_p, c_int]
print(libc.strchr(b"terrarium", ord("r")), libc.strchr(b"terrarium", ord("z")))

# Every scalar type there and back, through a callback.
for kind, values in [
    (c_bool, [True, False]),
    (c_int8, [-128, 127]),
    (c_uint8, [0, 255]),
    (c_int16, [-32768, 32767]),
    (c_uint16, [0, 65535]),
    (c_int32, [-(2**31), 2**31 - 1]),
    (c_uint32, [0, 2**32 - 1]),
    (c_int64, [-(2**63), 2**63 - 1]),
    (c_uint64, [0, 2**64 - 1]),
    (c_float, [1.5, -0.25]),
    (c_double, [0.1, -1e300]),
    (c_longdouble, [1.25, -3.5]),
    (c_char, [b"x", b"\xff"]),
    (c_void_p, [None, 12345]),
]:
    call = CFUNCTYPE(kind, kind)(lambda value: value)
    print([call(value) for value in values])
    both = CFUNCTYPE(kind, c_double, kind, c_int8)(lambda before, value, after: value if (before, after) == (0.5, -7) else None)
    assert [both(0.5, value, -7) for value in values] == values

numbers = (c_int * 6)(5, 3, 9, 1, -4, 7)
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
libc.qsort(numbers, c_size_t(6), c_size_t(4), compare(lambda a, b: a[0] - b[0]))
print(list(numbers))


class Point(Structure):
    _fields_ = [("x", c_double), ("y", c_int)]


class One(Structure):
    _fields_ = [("n", c_int16)]


class Quotient(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


class Nested(Structure):
    _fields_ = [("one", One), ("points", Point * 2)]


print(CFUNCTYPE(c_double, Point, c_int8, c_uint64, c_float)(lambda p, a, b, c: p.x + p.y + a + b + c)(Point(1.5, 2), -3, 10, 0.25))
print(CFUNCTYPE(c_int, One, One)(lambda a, b: a.n * 10 + b.n)(One(-3), One(4)))
print(CFUNCTYPE(c_double, Nested)(lambda n: n.one.n + n.points[1].x)(Nested(One(1), (Point * 2)(Point(2, 3), Point(4.5, 5)))))
libc.div.restype = Quotient
quotient = libc.div(17, 5)
print(quotient.quot, quotient.rem)


def change(point):
    point.x = 0
    return 1


mine = Point(7, 8)
CFUNCTYPE(c_int, Point)(change)(mine)
print("by value:", mine.x)

buffer = create_string_buffer(100)
print(libc.snprintf(buffer, c_size_t(100), b"%d %s %.3f %lld %c", 42, b"str", c_double(3.14159), c_longlong(1 << 40), ord("x")), buffer.value)
libc.snprintf.argtypes = [c_char_p, c_size_t, c_char_p]
print(libc.snprintf(buffer, 100, b"%d", 7), buffer.value)
print(libc.snprintf(buffer, 5, b"%s and %f", b"long", c_double(1)), buffer.value)

for attempt in [lambda: libc.no_such_function, lambda: CDLL("./no-such-library.so"), lambda: libc.strlen(1.5), lambda: cast(1, Point)]:
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__)
for n in range(2000):
    assert CFUNCTYPE(c_int, c_int)(lambda value: value + 1)(n) == n + 1
kept = [CFUNCTYPE(c_int)(lambda n=n: n) for n in range(300)]
print(sum(call() for call in kept))
pythonapi.PyLong_FromLong.restype, pythonapi.PyLong_FromLong.argtypes = py_object, [c_long]
print(pythonapi.PyLong_FromLong(7))
