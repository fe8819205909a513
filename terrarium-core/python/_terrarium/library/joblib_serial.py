"""joblib: it stays in its serial mode, since its workers are programs that it starts."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def change(module: Any) -> None:
    """Change `joblib._multiprocessing_helpers`, which looks whether processes can be started."""
    module.mp = None
