"""anyio's worker threads: each would wait for ever for more work, so the work goes to an executor instead."""

from __future__ import annotations

from typing import Any

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__builtins__ = BUILTINS


def change_backend(module: Any, replace: Callable[[Any, str, Any], None]) -> None:
    """Change `anyio._backends._asyncio`."""
    import asyncio
    import contextvars

    backend, locals_ = module.AsyncIOBackend, module.threadlocals

    async def run_sync_in_worker_thread(
        cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        await cls.checkpoint()
        async with limiter or cls.current_default_thread_limiter():
            with module.CancelScope(shield=not abandon_on_cancel) as scope:
                context = contextvars.copy_context()
                context.run(module.set_current_async_library, None)
                loop = asyncio.get_running_loop()
                parent = scope._parent_scope
                heeded = scope if abandon_on_cancel or parent is None else parent

                def work() -> Any:
                    with module.claim_worker_thread(backend, loop):
                        locals_.current_cancel_scope = heeded
                        try:
                            return context.run(func, *args)
                        finally:
                            del locals_.current_cancel_scope

                return await loop.run_in_executor(None, work)

    replace(backend, "run_sync_in_worker_thread", classmethod(run_sync_in_worker_thread))
