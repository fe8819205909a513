"""Changes to packages whose C code expects another machine."""

from __future__ import annotations

import functools

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS


def change_threadpoolctl(module: Any) -> None:
    """Let threadpoolctl find no library with threads: there is none, and C code cannot list libraries."""

    def _find_libraries_with_dl_iterate_phdr(self: Any) -> None:
        """Find no library."""

    controller = module.ThreadpoolController
    controller._find_libraries_with_dl_iterate_phdr = _find_libraries_with_dl_iterate_phdr


def change_matrix_market(module: Any) -> None:
    """Let scipy read and write matrices on the only thread: by default there is one more for each processor."""
    module.PARALLELISM = 1


def change_workers(module: Any) -> None:
    """Let scipy draw and measure samples on the only thread, however many workers a program asks for."""
    real = module._validate_workers

    @functools.wraps(real)
    def _validate_workers(workers: Any = 1) -> int:
        real(workers)
        return 1

    module._validate_workers = _validate_workers
    # These are called without that check, with the workers as the last argument.
    for name in ("_cy_van_der_corput", "_cy_van_der_corput_scrambled"):
        setattr(module, name, _alone(getattr(module, name)))


def _alone(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def alone(*args: Any) -> Any:
        return real(*args[:-1], 1)

    return alone
