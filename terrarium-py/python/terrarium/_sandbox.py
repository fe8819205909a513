"""`Sandbox`: a configuration that runs code, each time in a fresh interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._gate import on_main_thread
from terrarium._image import Image
from terrarium._json import loads
from terrarium._options import execute_options, sandbox_options
from terrarium._result import ExecutionResult
from terrarium._session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from terrarium._contents import Content
    from terrarium._options import ExecuteOptions, SandboxOptions


class Sandbox:
    r"""Runs code in fresh interpreters: nothing that one run does is seen by the next.

    It can be used from any thread; runs in several threads go on in parallel. A sandbox pickles as its options, and the
    path of its image if it was made on one, so it can be sent to other processes.

    The first one on a machine builds the image of the bare interpreter, and the first one with certain packages the
    image with them, which takes some seconds; images are kept in the cache folder. Nothing is downloaded.

    >>> sandbox = terrarium.Sandbox(timeout=5, memory=256 << 20)
    >>> result = sandbox.execute("print('hi'); 1 / 0")
    >>> result.status, result.stdout, result.error.message
    (<Status.ERROR: 'error'>, 'hi\n', 'division by zero')
    """

    def __init__(self, **options: Unpack[SandboxOptions]) -> None:
        """Make a sandbox. Every option has a safe default.

        Args:
            options: Sizes are in bytes, durations in seconds or a timedelta.

                - `timeout`: the longest that one run may take, None for no limit; default 30 s
                - `grace`: how long code may go on after it was told to stop (it sees a KeyboardInterrupt) before it is
                  stopped by force, which loses a session's state; default 50 ms
                - `memory`: the guest's memory, interpreter included; default 512 MiB, at least 48 MiB, below 4 GiB
                - `output`: what is kept of the standard output, and as much of the standard error; default 16 MiB
                - `file_bytes`, `file_count`, `open_files`: limits of the guest's files; default 100 MiB, 10,000, 256
                - `code_bytes`, `value_bytes`, `repr_bytes`: limits of the code, of the values of one run, and of the
                  final expression's repr; default 16 MiB, 128 MiB, 1 MiB
                - `home`, `cwd`: the home folder (default `/home/earth`) and the working directory (default: the same)
                - `args`, `env`: `sys.argv[1:]` and the environment; nothing is inherited from the host
                - `files`: files that every run finds, by their paths relative to `home`; see `execute`
                - `packages`: the names of the packages that the code can import besides the standard library, or
                  `"auto"` for those that it does import; default none
                - `packages_from`: where packages come from: wheels, folders of wheels, site folders; default what
                  `terrarium packages add` has downloaded
                - `preload`: whether the packages are imported once for all, into an image; default True
                - `image`: an image file to start from; it is native code, so it must be from somebody you trust
                - `deterministic`: `{"time": seconds, "seed": int}` for a fixed clock and seeded entropy; default off
                - `threads`: whether `threading` works, one thread after the other; default True
                - `untrusted_libraries`: whether code may load shared libraries that it brings; default False
                - `cache_dir`: where compiled code is kept; default `$TERRARIUM_CACHE_DIR`, else `terrarium` in the
                  user's cache folder

        Raises `TypeError` for an option that there is not or of a wrong type, `InvalidOptionError` and
        `InvalidPathError` for one that is out of its bounds, `PackageError` for packages that are not there or broken,
        `CacheError` for a cache folder that cannot be used.

        """
        self._start(None, *sandbox_options(options))

    def _start(self, image: Image | None, text: str, rest: dict[str, Any]) -> None:
        native = None if image is None else image._inner
        self._image = image
        self._native = _native.Sandbox(on_main_thread(), text, rest, native)

    @classmethod
    def on_image(cls, image: Image, /, **options: Unpack[SandboxOptions]) -> Sandbox:
        """Make a sandbox on an image of your choice; see `Image` for an example.

        The options' packages come on top of those of the image. Raises what `Sandbox` raises.
        """
        if not isinstance(image, Image):
            raise TypeError(f"image: expected an Image, not {type(image).__name__}")
        return cls._made(image, *sandbox_options(options))

    @classmethod
    def _made(cls, image: Image | None, text: str, rest: dict[str, Any]) -> Sandbox:
        sandbox = cls.__new__(cls)
        sandbox._start(image, text, rest)
        return sandbox

    def execute(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Run `code` in a fresh interpreter that finds `files` in its home folder.

        Other threads of Python go on meanwhile. Ctrl+C stops the run.

        Args:
            code: the program; a final expression's value is taken.
            files: contents by path, relative to the home folder: text, bytes, a `Path` (the host's file is read) or an
                open file. A `str` is the content itself.
            options:
                - `inputs`: values bound to names before the run; `outputs`: names whose values are taken after it
                - `stdin`: the standard input, in the same forms as a file; default empty
                - `args`, `env`, `cwd`, `timeout`: for this run, instead of the sandbox's (`env` is added to it)
                - `filename`: the name of the code in tracebacks; default `main.py`
                - `store_last`: also bind the final value to `_`; default False
                - `cancel`: a `CancelHandle` that stops the run from another thread
                - `on_stdout`, `on_stderr`: functions that are called with the bytes of a stream while the code runs;
                  an exception that one raises stops the run and is raised here

        Raises `TypeError` for an argument of a wrong type, `InvalidPathError`, `InvalidOptionError` and `TooLargeError`
        for what was handed in, and faults of the host. What the code does is never an exception.

        >>> sandbox = terrarium.Sandbox()
        >>> sandbox.execute("y = x * 2 + 2", inputs={"x": 20}, outputs=["y"]).outputs
        {'y': 42}

        """
        text, rest = execute_options(files, options)  # type: ignore[arg-type]
        return ExecutionResult(self._native.execute(on_main_thread(), code, text, rest))

    async def execute_async(
        self, code: str, files: Mapping[str, Content] | None = None, **options: Unpack[ExecuteOptions]
    ) -> ExecutionResult:
        """Do what `execute` does, on a thread of its own. Cancelling the task stops the run at once.

        `on_stdout` and `on_stderr` are called in the event loop, and for the last time before this returns. About as
        many runs as there are processors go on at a time; more wait.

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

    def session(self) -> Session:
        """Start a session: an interpreter that keeps its state from one run to the next. Raises faults of the host."""
        return Session(self)

    @property
    def options(self) -> dict[str, Any]:
        """All options in their JSON form: durations in seconds, files in base64.

        >>> terrarium.Sandbox(timeout=5).options["timeout"]
        5.0
        """
        options: dict[str, Any] = loads(self._native.options())
        return options

    @property
    def image(self) -> Image | None:
        """The image that it was made on by `on_image`."""
        return self._image

    def __repr__(self) -> str:
        """Name what differs from a sandbox without options."""
        options = self.options
        said = [f"{name}={options[name]!r}" for name in ("timeout", "memory", "packages", "image") if options[name]]
        return f"<Sandbox {' '.join(said)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the options and the image."""
        return _restored, (self._image, self._native.options())


def _restored(image: Image | None, text: str) -> Sandbox:
    return Sandbox._made(image, text, {})
