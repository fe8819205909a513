"""`Session`: an interpreter that keeps its state."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

from terrarium._contents import content
from terrarium._context import busy, call_context
from terrarium._gate import in_thread
from terrarium._json import loads
from terrarium._options import execute_options
from terrarium._run import run, time_limit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from terrarium._contents import Content
    from terrarium._option_types import ExecuteOptions
    from terrarium._records import Completion, FileInfo
    from terrarium._result import ExecutionResult
    from terrarium._sandbox import Sandbox
    from terrarium._stream import EventStream


class Session:
    """An interpreter that keeps its names, modules and files from one run to the next.

    Sessions share nothing with each other. A run loses the names if it has to be stopped by force (after its deadline
    and the grace period), crashes the interpreter or leaves it with `os._exit`. `ExecutionResult.session_lost` is true
    then, the files are kept, and the next run starts a new interpreter. Threads may share a session: each waits for the
    others.
    A session belongs to its process and cannot be pickled.

    >>> with terrarium.Sandbox().session() as session:
    ...     _ = session.execute("x = 41")
    ...     session.execute("x + 1").final_expression
    42
    """

    def __init__(self, sandbox: Sandbox) -> None:
        """Start a session, as `Sandbox.session` does."""
        self._native = sandbox._native.session()
        self._file_bytes = sandbox._native.file_bytes
        self._has_functions = sandbox._has_functions
        self._sandbox = sandbox._native
        # Admits one thread at a time and lets Ctrl+C reach waiting threads, which a lock of the native module cannot.
        self._lock = threading.RLock()

    def _free(self) -> threading.RLock:
        """Return the lock; a function that the session's own code waits for gets an error at once."""
        if id(self) in busy.get():
            from terrarium._errors import SessionBusyError

            raise SessionBusyError("the session runs code that waits for this function, which cannot use the session")
        return self._lock

    def execute(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Run `code`; its names stay for the next run. Arguments and exceptions are those of `Sandbox.execute`.

        Ctrl+C stops the run. The session keeps its state unless the code continues for longer than the option `grace`.
        """
        context = call_context(self) if self._has_functions or "functions" in options else None
        text, rest = execute_options(files, options, self._file_bytes, context)  # type: ignore[arg-type]
        with self._free():
            return run(self._native, code, text, rest)

    async def execute_async(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Do what `execute` does, on another thread; see `Sandbox.execute_async`."""
        from terrarium._tasks import awaited

        return await awaited(lambda given: self.execute(code, files, **given), {**options})

    def stream(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> EventStream:
        """Run `code` like `execute_async`, and return its events as an asynchronous iterator; see `EventStream`."""
        from terrarium._stream import EventStream

        given: dict[str, Any] = {**options}
        return EventStream(lambda given: self.execute(code, files, **given), given, time_limit(given, self._sandbox))

    def write_file(self, path: str, content: Content) -> None:
        """Write a file, and create the folders it is in. The path is relative to the home folder.

        Raises `InvalidPathError`, or `SandboxFileError` when there is no room or a folder is in the way.

        >>> with terrarium.Sandbox().session() as session:
        ...     session.write_file("in/a.txt", "text")
        ...     session.execute("open('in/a.txt').read()").final_expression
        'text'
        """
        data = _content("content", content, self._file_bytes())
        with self._free():
            self._native.write_file(path, data)

    async def write_file_async(self, path: str, content: Content) -> None:
        """Do what `write_file` does, on another thread."""
        await in_thread(lambda: self.write_file(path, content))

    def read_file(self, path: str) -> bytes:
        """Return a file's content. The path is relative to the home folder, or absolute.

        Raises `InvalidPathError`, or `SandboxFileError` when the file does not exist.
        """
        with self._free():
            return self._native.read_file(path)

    async def read_file_async(self, path: str) -> bytes:
        """Do what `read_file` does, on another thread."""
        return await in_thread(lambda: self.read_file(path))

    def remove_file(self, path: str) -> None:
        """Remove a file. Raises what `read_file` raises."""
        with self._free():
            self._native.remove_file(path)

    async def remove_file_async(self, path: str) -> None:
        """Do what `remove_file` does, on another thread."""
        await in_thread(lambda: self.remove_file(path))

    def list_files(self) -> list[FileInfo]:
        """Return the files below the home folder, by path."""
        with self._free():
            found = loads(self._native.list_files())
        from terrarium._records import FileInfo, record

        return [record(FileInfo, members) for members in found]

    async def list_files_async(self) -> list[FileInfo]:
        """Do what `list_files` does, on another thread."""
        return await in_thread(self.list_files)

    def all_files(self) -> dict[str, bytes]:
        """Return the contents of all files below the home folder, by path."""
        with self._free():
            return self._native.all_files()

    async def all_files_async(self) -> dict[str, bytes]:
        """Do what `all_files` does, on another thread."""
        return await in_thread(self.all_files)

    def reset(self) -> None:
        """Start over with a new interpreter and the files that the sandbox's options name."""
        with self._free():
            self._native.reset()

    async def reset_async(self) -> None:
        """Do what `reset` does, on another thread."""
        await in_thread(self.reset)

    def reset_globals(self) -> None:
        """Forget the names that the code made; modules stay imported, and files stay."""
        with self._free():
            self._native.reset_globals()

    async def reset_globals_async(self) -> None:
        """Do what `reset_globals` does, on another thread."""
        await in_thread(self.reset_globals)

    def check(self, code: str) -> Literal["complete", "incomplete", "invalid"]:
        """Return whether `code` can run, or is only the beginning of a statement. Nothing is run.

        >>> terrarium.Sandbox().session().check("for x in y:")
        'incomplete'
        """
        with self._free():
            answer: Literal["complete", "incomplete", "invalid"] = loads(self._native.check(code))
        return answer

    async def check_async(self, code: str) -> Literal["complete", "incomplete", "invalid"]:
        """Do what `check` does, on another thread."""
        return await in_thread(lambda: self.check(code))

    def complete(self, code: str, cursor: int) -> Completion:
        """Return the possible completions at the cursor, which is a number of characters into `code`.

        >>> with terrarium.Sandbox().session() as session:
        ...     _ = session.execute("lengths = [1, 2]")
        ...     session.complete("x = leng", 8)
        Completion(matches=['lengths'], start=4)
        """
        with self._free():
            found = self._native.complete(code, cursor)
        from terrarium._records import Completion, parsed

        return parsed(Completion, found)

    async def complete_async(self, code: str, cursor: int) -> Completion:
        """Do what `complete` does, on another thread."""
        return await in_thread(lambda: self.complete(code, cursor))

    def close(self) -> None:
        """Free the interpreter and its state. A later use of the session is a `ValueError`."""
        with self._free():
            self._native.close()

    async def close_async(self) -> None:
        """Do what `close` does, on another thread."""
        await in_thread(self.close)

    @property
    def closed(self) -> bool:
        """Whether the session was closed."""
        return self._native.is_closed()

    def __enter__(self) -> Self:
        """Return the session, which is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the session."""
        self.close()

    async def __aenter__(self) -> Self:
        """Return the session, which is closed at the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the session on another thread."""
        await self.close_async()

    def __repr__(self) -> str:
        """State whether the session is open."""
        return f"<Session {'closed' if self.closed else 'open'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse: a session is a live interpreter."""
        raise TypeError("a Session cannot be pickled; send the Sandbox, and start a session there")


# The parameters of `write_file` shadow it.
_content = content
