"""The exceptions: `TerrariumError` for faults of the host, `ExecutionError` for those who ask for one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from terrarium._result import ExecutionResult


class TerrariumError(Exception):
    """Why the host could not do what was asked. Whatever the guest's code does is a result and no exception.

    >>> try:
    ...     terrarium.Sandbox(memory=1)
    ... except terrarium.TerrariumError as error:
    ...     print(error)
    option `memory`: 1 is not between 50331648 and 4294967296
    """

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Keep the message, and the fields as attributes."""
        super().__init__(message)
        self.__dict__.update(fields)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the message and the fields."""
        return type(self), self.args, dict(self.__dict__)


class InvalidOptionError(TerrariumError, ValueError):
    """An option's value is outside its bounds."""

    name: str
    """The option's name."""
    reason: str
    """What is wrong with the value, its bound, and what would do."""


class InvalidPathError(TerrariumError, ValueError):
    """A path for the guest's file system is not usable."""

    path: str
    """The path as it was given."""
    reason: str
    """What is wrong with it."""


class SandboxFileError(TerrariumError):
    """A file of a session cannot be read, written or removed, because there is none or there is no room."""

    path: str
    """The path as it was given."""
    reason: str
    """The file system's own words."""


class TooLargeError(TerrariumError):
    """Something handed to the sandbox is larger than its limit."""

    what: str
    """What is too large."""
    option: str
    """The option that bounds it."""
    limit: int
    """The limit in bytes."""
    used: int
    """The size in bytes."""


class PackageError(TerrariumError):
    """A package cannot be found, read or fetched."""


class ImageError(TerrariumError):
    """An image cannot be made or opened."""

    path: str
    """The image's file, or its name while it is made."""
    reason: str
    """What is wrong with it and what would help."""


class CacheError(TerrariumError):
    """The compiled-code cache cannot be used."""

    path: str
    """The folder or file at fault."""
    reason: str
    """What is wrong with it and what would help."""


class ForkedError(TerrariumError):
    """The process was forked from one that had started the engine: use the start method `spawn` or `forkserver`."""


class ArtifactsError(TerrariumError):
    """The guest's artifacts are missing or damaged."""


class StartError(TerrariumError):
    """The guest did not start: the installation is broken, not the code that was to run."""


class EngineError(TerrariumError):
    """The WebAssembly engine refused something it must accept: a fault of this library or of the machine."""


class ExecutionError(Exception):
    """The code did not succeed; `ExecutionResult.raise_for_status` raises it. It is no `TerrariumError`.

    >>> try:
    ...     terrarium.Sandbox().execute("1 / 0").raise_for_status()
    ... except terrarium.ExecutionError as error:
    ...     print(error)
    ...     print(error.result.status.value)
    ZeroDivisionError: division by zero
    error
    """

    result: ExecutionResult
    """All that the run left behind."""

    def __init__(self, result: ExecutionResult) -> None:
        """Say what the result says; the guest's traceback is a note, where Python has notes (3.11)."""
        error = result.error
        said = f"{error.type}: {error.message}" if error and error.message else error.type if error else ""
        super().__init__(said or f"the code ended with the status {result.status.value}")
        self.result = result
        if error and error.traceback and hasattr(self, "add_note"):
            self.add_note("In the sandbox:\n" + error.traceback.rstrip())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the result, of which all else is made."""
        return type(self), (self.result,)
