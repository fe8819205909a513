# packages: pytokens
# works: yes
"""Source code is tokenised."""

import pytokens

for token in pytokens.tokenize("def f(x):\n    return f'{x!r}'\n"):
    print(token.type.name, token.start_line, token.start_col, token.end_col)
