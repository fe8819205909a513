# packages: mypy-extensions
# works: yes
"""Its names for type checkers."""

import warnings

warnings.simplefilter("ignore", DeprecationWarning)
from mypy_extensions import Arg, KwArg, NoReturn, mypyc_attr, trait


@trait
@mypyc_attr(allow_interpreted_subclasses=True)
class Walker:
    pass


print(Walker.__name__, Arg(int, "x"), KwArg(str), NoReturn is not None)
