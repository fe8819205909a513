"""`Sandbox`: a configuration that runs code, each time in a fresh interpreter."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._context import call_context
from terrarium._gate import in_thread, on_main_thread
from terrarium._image import Image
from terrarium._options import execute_options, picklable, sandbox_options
from terrarium._result import ExecutionResult
from terrarium._run import run, time_limit
from terrarium._session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from terrarium._contents import Content
    from terrarium._option_types import ExecuteOptions, SandboxOptions
    from terrarium._stream import EventStream


class Sandbox:
    r"""Runs code in fresh interpreters: no run sees the effects of another.

    A sandbox can be used from any thread; runs in several threads are parallel. It pickles as its options, and the path
    of its image if it was made on one, so it can be sent to other processes.

    The first sandbox with a new set of packages builds an image: half a minute for pandas. Images are kept in the
    cache folder. Nothing is downloaded. Methods that end in `_async` are for event loops: they wait on another thread.

    >>> sandbox = terrarium.Sandbox(timeout=5, memory=256 << 20)
    >>> result = sandbox.execute("print('hi'); 1 / 0")
    >>> result.status, result.stdout, result.error.message
    (<Status.ERROR: 'error'>, 'hi\n', 'division by zero')
    """

    def __init__(self, **options: Unpack[SandboxOptions]) -> None:
        """Make a sandbox. Every option has a safe default.

        Args:
            options: see `SandboxOptions` for the meaning, unit and default of each. Sizes are in bytes, durations in
            seconds or a timedelta.

                - limits: `timeout`, `grace`, `memory`, `stream_bytes`, `file_bytes`, `file_count`, `open_files`,
                  `code_bytes`, `value_bytes`, `repr_bytes`
                - the environment of the code: `files`, `mounts`, `home`, `cwd`, `args`, `env`
                - packages: `packages` (names, or `"auto"`), `packages_from`, `install`, `preload`, `quick_start`,
                  `image`
                - functions of the host: `functions`, `decide`, `host_calls`, `host_calls_in_flight`, `host_call_bytes`,
                  `host_call_timeout`, `count_host_time`
                - behaviour: `threads`, `deterministic`, `untrusted_libraries`
                - the host: `cache_dir`, `cache_bytes`

        Raises `TypeError` for an unknown option or a value of the wrong type, `InvalidOptionError` and
        `InvalidPathError` for a value out of its bounds, `PackageError` for packages that are missing or damaged,
        `CacheError` for a cache folder that cannot be used.

        """
        self._start(None, options)

    def _start(self, image: Image | None, options: Mapping[str, Any]) -> None:
        text, rest = sandbox_options(options)
        native = None if image is None else image._inner
        self._image = image
        self._options = MappingProxyType({**options})
        self._has_functions = bool(rest.get("functions"))
        self._native = _native.Sandbox(on_main_thread(), text, rest, native)

    @classmethod
    async def create_async(cls, **options: Unpack[SandboxOptions]) -> Sandbox:
        """Make a sandbox on another thread: building an image takes seconds. Arguments are those of `Sandbox`.

        >>> async def main():
        ...     sandbox = await terrarium.Sandbox.create_async(timeout=5)
        ...     return (await sandbox.execute_async("6 * 7")).final_expression
        >>> import asyncio
        >>> asyncio.run(main())
        42
        """
        return await in_thread(lambda: cls(**options))

    @classmethod
    def on_image(cls, image: Image, /, **options: Unpack[SandboxOptions]) -> Sandbox:
        """Make a sandbox on an image of your choice; see `Image` for an example.

        The options' packages come on top of those of the image. Raises what `Sandbox` raises.
        """
        if not isinstance(image, Image):
            raise TypeError(f"image: expected an Image, not {type(image).__name__}")
        return cls._made(image, options)

    @classmethod
    async def on_image_async(cls, image: Image, /, **options: Unpack[SandboxOptions]) -> Sandbox:
        """Do what `on_image` does, on another thread."""
        return await in_thread(lambda: cls.on_image(image, **options))

    @classmethod
    def _made(cls, image: Image | None, options: Mapping[str, Any]) -> Sandbox:
        sandbox = cls.__new__(cls)
        sandbox._start(image, options)
        return sandbox

    def execute(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Run `code` in a fresh interpreter that finds `files` in its home folder.

        Other Python threads continue meanwhile. Ctrl+C stops the run.

        Args:
            code: the program. The result has the value of its final expression.
            files: contents by path, relative to the home folder: text, bytes, a `Path` (the host's file is read) or an
                open file. A `str` is the content itself.
            options: see `ExecuteOptions`.

                - values: `inputs` (bound to names before the run), `outputs` (names whose values are taken after it)
                - environment: `stdin`, `args`, `env`, `cwd`, `filename`, `store_last`
                - functions of the host: `functions`, `decide`, `journal`
                - control: `timeout`, `cancel` (a `CancelHandle`)
                - while the code runs: `stdin` may be a function, which gets an `InputRequest` and returns a line, or an
                  iterator. `on_stdout`, `on_stderr`, `on_display` and `on_event` are functions that receive bytes,
                  displays and events. An exception that one raises stops the run and is raised here.

        Raises `TypeError` for an argument of a wrong type, `InvalidPathError`, `InvalidOptionError` and `TooLargeError`
        for invalid arguments, and other `TerrariumError`s for failures of the host. A failure of the code is a result.

        >>> sandbox = terrarium.Sandbox()
        >>> sandbox.execute("y = x * 2 + 2", inputs={"x": 20}, outputs=["y"]).outputs
        {'y': 42}

        """
        context = call_context() if self._has_functions or "functions" in options else None
        text, rest = execute_options(files, options, self._native.file_bytes, context)  # type: ignore[arg-type]
        return run(self._native, code, text, rest)

    async def execute_async(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Do what `execute` does, on another thread. Cancelling the task stops the run at once.

        `on_stdout`, `on_display` and so on are called in the event loop, and for the last time before this returns; a
        `stdin` that is a coroutine function or an asynchronous iterator is awaited there. About as
        many calls as the machine has processors run at a time; others wait.

        >>> async def main():
        ...     sandbox = terrarium.Sandbox()
        ...     results = await asyncio.gather(*[sandbox.execute_async(f"{n} ** 2") for n in range(3)])
        ...     return [result.final_expression for result in results]
        >>> import asyncio
        >>> asyncio.run(main())
        [0, 1, 4]
        """
        from terrarium._tasks import awaited

        return await awaited(lambda given: self.execute(code, files, **given), {**options})

    def stream(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> EventStream:
        """Run `code` like `execute_async`, and return its events as an asynchronous iterator; see `EventStream`."""
        from terrarium._stream import EventStream

        given: dict[str, Any] = {**options}
        return EventStream(lambda given: self.execute(code, files, **given), given, time_limit(given, self._native))

    def prepare_packages(self, code: str) -> None:
        """Prepare the packages that `code` imports, if the option `packages` is `"auto"`. Nothing is run.

        An image with the packages is made, which takes up to a minute, so that the next runs with them start from it.
        Otherwise the first runs compile what they call, and the image is made in the background. Without `quick_start`,
        packages are compiled and no image is made; the first run would do that in its time.

        >>> sandbox = terrarium.Sandbox(packages="auto")
        >>> sandbox.prepare_packages("import json")
        """
        self._native.prepare_packages(on_main_thread(), code)

    async def prepare_packages_async(self, code: str) -> None:
        """Do what `prepare_packages` does, on another thread."""
        await in_thread(lambda: self.prepare_packages(code))

    def function_stubs(self) -> str:
        """Return the declarations of the option `functions` as text of a stub file, for prompts and type checkers.

        >>> def add(a: int, b: int = 1) -> int:
        ...     "Return the sum."
        ...     return a + b
        >>> print(terrarium.Sandbox(functions=[add]).function_stubs(), end="")
        def add(a: int, b: int = 1) -> int:
            \"\"\"Return the sum.\"\"\"
        """
        return self._native.function_stubs()

    def session(self) -> Session:
        """Start a session: an interpreter that keeps its state from one run to the next."""
        return Session(self)

    async def session_async(self) -> Session:
        """Do what `session` does, on another thread. The session can be used with `async with`."""
        return await in_thread(self.session)

    @property
    def options(self) -> Mapping[str, Any]:
        """The options as they were passed. The mapping is read-only.

        >>> terrarium.Sandbox(timeout=5).options["timeout"]
        5
        """
        return self._options

    @property
    def image(self) -> Image | None:
        """The image passed to `on_image`."""
        return self._image

    def __repr__(self) -> str:
        """Name the passed options, without the contents of files and the values of the environment."""
        said = ["on_image"] if self._image is not None else []
        for name, value in self._options.items():
            said.append(f"{name}=..." if name in ("files", "env") else f"{name}={value!r}")
        return f"<{' '.join(['Sandbox', *said])}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the image and the options, with the contents of files in place of their paths."""
        return _restored, (self._image, picklable(self._options, self._native.files()))


def _restored(image: Image | None, options: dict[str, Any]) -> Sandbox:
    return Sandbox._made(image, options)
