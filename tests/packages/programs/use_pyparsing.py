# /// script
# dependencies = ["pyparsing"]
# ///
"""A grammar for arithmetic is built and evaluated."""

import pyparsing as pp

number = pp.pyparsing_common.number
operate = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}


def compute(tokens):
    values = tokens[0]
    result = values[0]
    for sign, value in zip(values[1::2], values[2::2]):
        result = operate[sign](result, value)
    return result


grammar = pp.infix_notation(number, [("*", 2, pp.OpAssoc.LEFT, compute), (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT, compute)])
assert grammar.parse_string("1 + 2 * (3 - 1) * 2", parse_all=True)[0] == 9
try:
    grammar.parse_string("1 +", parse_all=True)
    raise AssertionError("not complete")
except pp.ParseException as error:
    assert error.loc >= 1
