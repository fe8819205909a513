"""`sys.maxsize` as 64-bit Python has it, where a program itself asks.

Programs take it as a number above all others, which a size of 32 bits is not. The library and packages compare it with
the sizes of C, so they get the real one.
"""

from __future__ import annotations

import sys
from _functools import partial  # type: ignore[import-not-found]

from _terrarium.disguise import disguise
from _terrarium.pristine import BUILTINS
from _terrarium.stack import HOME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

_REAL = sys.maxsize
_WIDE = 2**63 - 1
_OTHERS = ((sys.modules["os"].__file__ or "").rpartition("/")[0] + "/", "<frozen ", HOME)
_PACKAGES = "/site-packages/"
_frame_at = sys._getframe


class _System(type(sys)):  # type: ignore[misc]
    """The attributes of `sys` that are not the same for all."""

    @property
    def maxsize(self) -> int:
        """The largest size, as the code that asks needs it."""
        name = _frame_at(1).f_code.co_filename
        return _REAL if _PACKAGES in name or name.startswith(_OTHERS) else _WIDE

    def __dir__(self) -> list[str]:
        return dir(sys)


def _names() -> list[str]:
    return sorted([*sys.__dict__, "maxsize"])


def change_system() -> None:
    """Give programs the wide number."""
    names = sys.__dict__
    if _REAL == _WIDE or "maxsize" not in names:
        return
    del names["maxsize"]
    # Called for names that `sys` lacks. A function of C leaves no frame in the traceback of an AttributeError.
    names["__getattr__"] = partial(getattr, _System("sys"))
    names["__dir__"] = _names


def change_csv(module: Any) -> None:
    """Let the limit of a field be the wide number, which programs set for "no limit"."""
    real = module.field_size_limit
    if _REAL == _WIDE:
        return
    wide: int | None = None

    def field_size_limit(*limit: Any) -> Any:
        nonlocal wide
        before = wide
        if len(limit) == 1 and type(limit[0]) is int and _REAL < limit[0] <= _WIDE:
            found, wide = real(_REAL), limit[0]
        else:
            found = real(*limit)
            wide = None if limit else wide
        return found if before is None else before

    module.field_size_limit = disguise(field_size_limit, real)
