"""The exceptions. All are below `TerrariumError`, and each has the stable `code` of its kind.

The native module raises through `from_core`, which chooses the class by the code.
"""

from __future__ import annotations

import errno as numbers

from terrarium._json import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from terrarium._result import ExecutionResult


class TerrariumError(Exception):
    """The host could not do a requested operation, or `raise_for_status` found a run that did not succeed.

    The fields of the classes below are attributes; an error pickles with them.

    >>> try:
    ...     terrarium.Sandbox(memory=1)
    ... except terrarium.TerrariumError as error:
    ...     print(error.code)
    ...     print(error)
    invalid_option
    option `memory`: 1 is not between 50331648 and 4294967296
    """

    code: str = "unknown"
    """The kind of the error: a word that stays the same in later versions, and is the same in every language."""

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Keep the message, and the fields as attributes."""
        super().__init__(message)
        self.__dict__.update(fields)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the message and the fields."""
        return type(self), self.args, dict(self.__dict__)


class InvalidOptionError(TerrariumError, ValueError):
    """An option's value is outside its bounds."""

    code = "invalid_option"
    option: str
    """The option's name."""
    reason: str
    """The fault of the value, its bound, and a way out."""


class InvalidPathError(TerrariumError, ValueError):
    """A path for the guest's file system is not usable."""

    code = "invalid_path"
    path: str
    """The path as it was given."""
    reason: str
    """The fault of the path."""


class SandboxFileError(TerrariumError, OSError):
    """A file of a sandbox cannot be read, written or removed.

    It is an `OSError`, and the subclass of `OSError` for its number where Python has one: the error for a file that
    does not exist is also a `FileNotFoundError`.

    >>> with terrarium.Sandbox().session() as session:
    ...     try:
    ...         session.read_file("a.txt")
    ...     except FileNotFoundError as error:
    ...         print(error.filename, error.strerror, isinstance(error, terrarium.SandboxFileError))
    a.txt no such file or directory True
    """

    code = "file"
    path: str
    """The path as it was given; `filename` is the same."""
    operation: str
    """The operation that failed, such as `read`."""
    errno: int | None
    """The number of the reason in the host's module `errno`."""
    strerror: str
    """The reason in words."""
    filename: str
    """The path as it was given."""

    def __init__(
        self, message: str = "", *, path: str = "", errno: str | int | None = None, reason: str = "", **fields: Any
    ) -> None:
        """Keep the message and the fields; `errno` is a number, or a symbolic name such as `ENOENT`."""
        super().__init__(message, path=path, **fields)
        self.errno = getattr(numbers, errno, None) if isinstance(errno, str) else errno
        self.strerror, self.filename = reason, path

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the fields of an `OSError` too."""
        fields = {"errno": self.errno, "strerror": self.strerror, "filename": self.filename}
        return type(self), self.args, {**self.__dict__, **fields}

    def __str__(self) -> str:
        """Return the message, which names the path and the reason."""
        return str(self.args[0]) if self.args else ""


class SandboxFileExistsError(SandboxFileError, FileExistsError):
    """A `SandboxFileError` that is also a `FileExistsError`."""


class SandboxFileNotFoundError(SandboxFileError, FileNotFoundError):
    """A `SandboxFileError` that is also a `FileNotFoundError`."""


class SandboxIsADirectoryError(SandboxFileError, IsADirectoryError):
    """A `SandboxFileError` that is also an `IsADirectoryError`."""


class SandboxNotADirectoryError(SandboxFileError, NotADirectoryError):
    """A `SandboxFileError` that is also a `NotADirectoryError`."""


class SandboxPermissionError(SandboxFileError, PermissionError):
    """A `SandboxFileError` that is also a `PermissionError`."""


class TooLargeError(TerrariumError):
    """A value passed to the sandbox is larger than its limit."""

    code = "too_large"
    what: str
    """The thing in words, such as `the code`."""
    option: str
    """The option that bounds it."""
    limit: int
    """The limit in bytes."""
    used: int
    """The size in bytes."""


class PackageError(TerrariumError):
    """A package cannot be found, read or fetched. Its codes begin with `package_`.

    `package_unknown` (no source has it), `package_absent` (its file is missing), `package_platform` (it is for another
    platform), `package_hash` (a file has another hash), `package_damaged`, `package_source` (an entry of
    `packages_from` cannot be used), `package_store` and `package_download`.
    """

    code = "package"
    package: str | None = None
    """The package, where one is at fault."""
    path: str | None = None
    """The file or folder, where one is at fault."""
    url: str | None = None
    """The address, where a download failed."""
    package_source: str | None = None
    """The entry of `packages_from`, where one is at fault."""


class ImageError(TerrariumError):
    """An image cannot be made or opened."""

    code = "image"
    path: str
    """The image's file, or its name while it is made."""
    reason: str
    """The fault and a way out."""


class CacheError(TerrariumError):
    """The cache folder cannot be used."""

    code = "cache"
    path: str
    """The folder or file at fault."""
    reason: str
    """The fault and a way out."""


class ForkedError(TerrariumError):
    """The process was forked from one that had started the engine: use the start method `spawn` or `forkserver`."""

    code = "forked"


class ArtifactsError(TerrariumError):
    """The guest's artifacts are missing or damaged."""

    code = "artifacts"


class SessionBusyError(TerrariumError, RuntimeError):
    """A session was used while it runs code, by a function that this code waits for."""

    code = "session_busy"


class StartError(TerrariumError):
    """The guest did not start: the installation is broken, not the user's code."""

    code = "start"


class EngineError(TerrariumError):
    """The WebAssembly engine refused something it must accept: a fault of this library or of the machine."""

    code = "engine"


class ExecutionError(TerrariumError):
    """The code did not succeed: `ExecutionResult.raise_for_status` raises it, and nothing else does.

    >>> try:
    ...     terrarium.Sandbox().execute("1 / 0").raise_for_status()
    ... except terrarium.ExecutionError as error:
    ...     print(error)
    ...     print(error.result.status.value)
    ZeroDivisionError: division by zero
    error
    """

    code = "execution"
    result: ExecutionResult
    """The result of the run, with everything that it left behind."""

    def __init__(self, result: ExecutionResult) -> None:
        """Take the message from the result; the guest's traceback becomes a note, where Python has notes (3.11)."""
        error = result.error
        said = f"{error.type}: {error.message}" if error and error.message else error.type if error else ""
        super().__init__(said or f"the code ended with the status {result.status.value}")
        self.result = result
        if error and error.traceback and hasattr(self, "add_note"):
            self.add_note("In the sandbox:\n" + error.traceback.rstrip())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the result, from which everything else is made."""
        return type(self), (self.result,)


_KINDS: tuple[type[TerrariumError], ...] = (
    InvalidOptionError,
    InvalidPathError,
    SandboxFileError,
    TooLargeError,
    ImageError,
    CacheError,
    ForkedError,
    ArtifactsError,
    StartError,
    EngineError,
)
_CLASSES: dict[str, type[TerrariumError]] = {kind.code: kind for kind in _KINDS}
_CLASSES["bare_image_already_set"] = ImageError
_FILE_CLASSES: dict[str, type[SandboxFileError]] = {
    "EEXIST": SandboxFileExistsError,
    "ENOENT": SandboxFileNotFoundError,
    "EISDIR": SandboxIsADirectoryError,
    "ENOTDIR": SandboxNotADirectoryError,
    "EACCES": SandboxPermissionError,
    "EPERM": SandboxPermissionError,
}


def from_core(code: str, message: str, details: str) -> Exception:
    """Return the exception for an error of the core: its code, its text, and its details as JSON."""
    fields: dict[str, Any] = loads(details)
    if fields.get("problem") == "unknown":
        return TypeError(f"unknown option '{fields['option']}': {fields['reason']}")
    if fields.get("problem") == "wrong_type":
        return TypeError(f"option '{fields['option']}': {fields['reason']}")
    kind: type[TerrariumError] = _CLASSES.get(code, PackageError if code.startswith("package_") else TerrariumError)
    if kind is SandboxFileError:
        kind = _FILE_CLASSES.get(fields.get("errno", ""), kind)
    if code == "package_unknown" and "package_source" not in fields:
        # The way out in this package, which the core's text cannot name; a call of the store has failed otherwise.
        message += f'; add it with `terrarium.PackageStore().add("{fields["package"]}")`'
    return kind(message, code=code, **fields)
