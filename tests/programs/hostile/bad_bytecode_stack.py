# expect: crashed error success timeout memory_exceeded
# timeout: 5
"""Bytecode that pops what was never pushed."""


def f():
    pass


import opcode

pop, load, ret = (opcode.opmap[name] for name in ("POP_TOP", "LOAD_FAST", "RETURN_VALUE"))
exec(f.__code__.replace(co_code=bytes([pop, 0] * 100 + [load, 250, ret, 0]), co_stacksize=1))
