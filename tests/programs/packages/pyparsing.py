# packages: pyparsing
# works: yes
"""A grammar for arithmetic is built and evaluated."""

import operator

import pyparsing as pp

pp.ParserElement.enable_packrat()
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}


def fold(tokens):
    value, *rest = tokens[0]
    for sign, other in zip(rest[::2], rest[1::2]):
        value = OPERATORS[sign](value, other)
    return value


number = pp.common.number()
levels = [("^", 2, pp.OpAssoc.RIGHT, fold), (pp.one_of("* /"), 2, pp.OpAssoc.LEFT, fold), (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT, fold)]
arithmetic = pp.infix_notation(number, levels)
for text in ("1 + 2 * 3", "(1 + 2) * 3 - 4 / 2", "2 ^ 10"):
    print(text, "=", arithmetic.parse_string(text, parse_all=True)[0])
try:
    arithmetic.parse_string("1 + * 2", parse_all=True)
except pp.ParseException as error:
    print(error)
