"""Changes to packages whose C code expects another machine."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def change_threadpoolctl(module: Any) -> None:
    """Let threadpoolctl find no library with threads: there is none, and C code cannot list libraries."""

    def _find_libraries_with_dl_iterate_phdr(self: Any) -> None:
        """Find no library."""

    controller = module.ThreadpoolController
    controller._find_libraries_with_dl_iterate_phdr = _find_libraries_with_dl_iterate_phdr
