"""One run of a program: from the request to the response."""

from __future__ import annotations

import builtins
import sys
from atexit import _ncallbacks, _run_exitfuncs
from os import chdir, environ
from sys import getprofile, getrecursionlimit, gettrace, modules, setprofile, setrecursionlimit, settrace

from _terrarium import interrupts, streams
from _terrarium.files import any_left, keep_garbage, write_back
from _terrarium.interrupts import as_user, release, run_as_user, state
from _terrarium.memory import NO_MEMORY, clear_frames, reserve
from _terrarium.module import main, search_here
from _terrarium.pristine import BUILTINS, Untampered, load
from _terrarium.source import FUTURE_FEATURES, VALUE, Source, build
from _terrarium.wire import channel, dump, quote, scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec

    from _terrarium.values.writer import Writer

    P = ParamSpec("P")

__builtins__ = BUILTINS


_COROUTINE = 0x80
_VALUE_BYTES = 128 << 20
_REPR_BYTES = 1 << 20
# Types without a rich repr.
_PLAIN_KINDS = frozenset((bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, range, type))
# The range of every exit status; Python turns others into -1 too.
_EXIT_CODES = range(-(2**31), 2**31)


class Settings:
    """The parts of the configuration that a run may change."""

    def __init__(self) -> None:
        self.argv: list[str] = []
        # Whether no program has run yet, so that the streams and the handler of SIGINT are the harness's.
        self.is_new = False
        self.recursion_limit = getrecursionlimit()
        # The last setting of a session's program.
        self.user_recursion_limit = self.recursion_limit
        # The first entry of sys.path: the place of the program.
        self.here: str | None = None
        # The places that PYTHONPATH adds.
        self.places: list[str] = []
        # Until the first run: the modules loaded before it, which a file beside the program could shadow.
        self.loaded: set[str] = set()
        # The number of exit functions while there is nothing to end, and the check for that.
        self.exit_functions = 0
        self.must_exit: Callable[[], bool] = bool
        # Whether the host has to get the local time zone before the run.
        self.zone_is_set = False
        # Modules that no file of a program shadows.
        self.unshadowed: frozenset[str] = frozenset()

    def note_loaded(self) -> None:
        """Record the present modules, which were loaded before the program."""
        self.loaded = {name for name in modules if name.partition(".")[0] not in self.unshadowed}


settings = Settings()


class Run:
    """The state of one run; the host gets `response`."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.keep = request.get("keep") is True
        self.source = Source(request["code"], request.get("filename") or "main.py")
        self.names: dict[str, Any] = {}
        self.values: list[object] = []
        # The final value as JSON text, if it is plain.
        self.plain: str | None = None
        self.document: Writer | None = None
        self.interrupted = False
        self.response: dict[str, Any] = {
            "status": "success",
            "exit_code": None,
            "repr": None,
            "repr_truncated": False,
            "error": None,
        }

    def text(self) -> str:
        """Return the response as JSON text."""
        response = self.response
        shown = response["repr"]
        final = "" if self.plain is None else ',"final":' + self.plain
        if response["error"] is not None or response["exit_code"] is not None or response["repr_truncated"]:
            return dump(response)[:-1] + final + "}"
        return (
            '{"status":"success","exit_code":null,"repr":'
            + ("null" if shown is None else quote(shown))
            + ',"repr_truncated":false,"error":null'
            + final
            + "}"
        )

    def go(self) -> None:
        """Run the program and make the response."""
        self._prepare()
        error = self._run()
        stopped = error is not None and (state.raised or (state.handled and type(error) is KeyboardInterrupt))
        self._finish_threads(stopped)
        self._restore_interpreter()
        figures = modules.get("_terrarium.figures") if "matplotlib._pylab_helpers" in modules else None
        if figures is not None and figures.are_open():
            self._attempt(figures.finish, not stopped)
        if error is not None:
            self._report(error)
            # The frames of the traceback refer to the program's objects, and these to the frames.
            held, error = [error], None
            left = not self.keep and any_left()
            if left:
                keep_garbage()
            release(held)
            if left:
                self._attempt(write_back)
        elif self.values and not self._take_plain():
            self._attempt(self._take_value)
        if figures is not None:
            figures.forget()
        # An interrupted repr must not be called again, as writing values would do.
        if ((self.values and self.plain is None) or self.request.get("outputs")) and not self.interrupted:
            self._send_values()
        if not self.keep:
            self._finish_process()
        if streams.may_hold_something():
            self._attempt(streams.flush)
        if self.interrupted:
            self.note_interrupt()

    def _prepare(self) -> None:
        request = self.request
        if not settings.is_new:
            interrupts.install()
            streams.renew()
        settings.is_new = False
        state.told = state.stopping = False
        if reserve.held is None:
            reserve.fill()
        if request.get("env") is not None:
            environ.update(request["env"])
            settings.zone_is_set = settings.zone_is_set or "TZ" in request["env"]
        if settings.zone_is_set:
            load("_terrarium.library.clocks").tzset()
            settings.zone_is_set = False
        if request.get("cwd") is not None:
            chdir(request["cwd"])
            settings.here = search_here(settings.here)
        if request.get("env") is not None and any(name.startswith("PYTHON") for name in request["env"]):
            load("_terrarium.variables").apply(request["env"])
        argv = request.get("argv")
        sys.argv = list(settings.argv or [self.source.filename]) if argv is None else list(argv)
        if settings.loaded and (request.get("has_files") is not False or settings.places):
            load("_terrarium.shadow").forget_shadowed(settings)
        self.names = main.open(self.source, self.keep, request.get("file", self.source.filename))
        if self.keep or "functions" in request:
            load("_terrarium.host.names").prepare(request.get("functions"), self.names)
        if request.get("asks"):
            load("_terrarium.asking").change_input()
        if inputs := request.get("inputs"):
            self.names.update(load("_terrarium.values.decode").decode_inputs(inputs))

    def _run(self) -> BaseException | None:
        """Run the program; return its failure."""
        try:
            # The compiler can take long, so an interrupt ends it.
            if state.pending:
                as_user(bool)
            state.user = True
            try:
                program = build(self.source, main.features)
            finally:
                state.user = False
            code = program.statements
            loop = None
            if code is not None:
                if self.keep:
                    main.features |= code.co_flags & FUTURE_FEATURES
                if code.co_flags & _COROUTINE:
                    loop = load("_terrarium.loop")
            if settings.user_recursion_limit != settings.recursion_limit:
                setrecursionlimit(settings.user_recursion_limit)
        except BaseException as error:
            return error
        try:
            if loop is None:
                value = run_as_user(code, program.expression, self.names)
            else:
                as_user(loop.run_program, code, self.names)
        except BaseException as error:
            return error
        finally:
            # Before any function of the harness is called: the program's tracing would see it.
            if gettrace() is not None:
                settrace(None)
            if getprofile() is not None:
                setprofile(None)
        if program.leaves_value:
            value = self.names.pop(VALUE, None)
        elif program.expression is None:
            return None
        if value is not None or program.yields_none(main.features):
            self.values.append(value)
        return None

    def _finish_threads(self, stopped: bool) -> None:
        """Run the remaining threads of the program."""
        turns = modules.get("_terrarium.threads.turns")
        if turns is not None and turns.others():
            if stopped:
                turns.clear()
            else:
                self._attempt(turns.finish, self.keep)

    def _restore_interpreter(self) -> None:
        """Undo changes that would make the harness itself slow or unusable."""
        limit = getrecursionlimit()
        settings.user_recursion_limit = limit if self.keep else settings.recursion_limit
        if limit != settings.recursion_limit:
            setrecursionlimit(settings.recursion_limit)
        self.names.pop(VALUE, None)

    def _attempt(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call a function that may run user code. Only an interrupt by the host matters; errors of user code do not."""
        try:
            as_user(work, *args, **kwargs)
        except BaseException:
            pass
        self.interrupted = self.interrupted or state.raised

    def _report(self, error: BaseException) -> None:
        response = self.response
        response["status"] = "error"
        leaves = SystemExit in type.mro(type(error))
        if leaves:
            code = self._exit_code(error)
            response["exit_code"] = code
            if code == 0:
                response["status"] = "success"
                return
        if MemoryError in type.mro(type(error)):
            response["no_memory"] = True
            self._report_no_memory(error)
        else:
            self._describe(error)
        if leaves:
            response["error"]["exit_code"] = response["exit_code"]
        elif not state.told:
            self._attempt(streams.call_excepthook, error)

    def _describe(self, error: BaseException) -> None:
        errors = load("_terrarium.errors")
        load("_terrarium.tracebacks")
        with Untampered():
            report = errors.begin(error, self.source, main)
            self._attempt(errors.finish, report, error, main)
        self.response["error"] = report

    def _report_no_memory(self, error: BaseException) -> None:
        """Report as much as there is memory for."""
        reserve.release()
        self._attempt(clear_frames, error)
        try:
            self._describe(error)
            return
        except MemoryError:
            pass
        if not self.keep:
            # Only the requested outputs need the names, and they could not be written either.
            self._attempt(self.names.clear)
            try:
                self._describe(error)
                return
            except MemoryError:
                pass
        self.response["error"] = NO_MEMORY

    def note_no_memory(self) -> dict[str, Any]:
        """Make the response that of a program which left no memory for a report; an existing error stays."""
        response = self.response
        if response["error"] is None:
            response.update(status="error", error=NO_MEMORY, no_memory=True)
        return response

    def _exit_code(self, error: BaseException) -> int:
        """Return the exit status as Python computes it; other objects are printed and count as 1."""
        try:
            code: Any = as_user(getattr, error, "code")
        except BaseException:
            self.interrupted = self.interrupted or state.raised
            return 1
        if code is None:
            return 0
        if int in type.mro(type(code)):
            number = int.__int__(code)
            return number if number in _EXIT_CODES else -1
        self._attempt(streams.print_exit_message, code)
        return 1

    def _take_plain(self) -> bool:
        """Take the final value if that runs no user code and the request needs nothing else."""
        value = self.values[0]
        text = None if self.request.get("outputs") else scalar(value)
        if text is None or len(text) * 2 > self.request.get("repr_bytes", _REPR_BYTES):
            return False
        self.plain = text
        self._store_last(value)
        self.response["repr"] = repr(value)
        return True

    def _store_last(self, value: object) -> None:
        if value is not None and self.request.get("store_last"):
            builtins.__dict__["_"] = value

    def _take_value(self) -> None:
        """Write the repr of the final value, and show the value if it is rich."""
        value = self.values[0]
        response = self.response
        self._store_last(value)
        limit = self.request.get("repr_bytes", _REPR_BYTES)
        text = scalar(value)
        if text is not None and len(text) * 2 <= limit:
            response["repr"] = repr(value)
            return
        response["repr"], response["repr_truncated"] = load("_terrarium.values.reprs").bounded_repr(value, limit)
        if type(value) not in _PLAIN_KINDS:
            load("_terrarium.display").display_final(value, response["repr"])

    def _send_values(self) -> None:
        outputs = {name: self.names[name] for name in self.request.get("outputs") or () if name in self.names}
        load("_terrarium.values.encode")
        self._attempt(self._encode, outputs)
        if self.document is not None:
            try:
                for blob in self.document.blobs:
                    channel.send(b"B", blob)
                for piece in self.document.pieces:
                    channel.send(b"V", piece)
            except OSError:
                # The host refused the display, and has recorded that.
                pass

    def _encode(self, outputs: dict[str, object]) -> None:
        encode = load("_terrarium.values.encode")
        self.document = encode.encode_document(self.values, outputs, self.request.get("value_bytes", _VALUE_BYTES))

    def _finish_process(self) -> None:
        """Do the work of the end of a Python process."""
        loop = modules.get("_terrarium.loop")
        if loop is not None and loop.is_open():
            self._attempt(loop.close)
        if _ncallbacks() != settings.exit_functions or settings.must_exit():
            self._attempt(_run_exitfuncs)
        self._let_go()

    def _let_go(self) -> None:
        """Finalize the remains of the program, above all its open files."""
        text = self.source.text
        # The functions of a program hold all its names, so only a collection frees what they name.
        must_collect = any_left() or "__del__" in text or "yield" in text
        if must_collect:
            keep_garbage()
        held = [main.take(), self.names, self.values]
        self.names, self.values = {}, []
        self._attempt(held.clear)
        if must_collect:
            self._attempt(write_back)

    def note_interrupt(self) -> dict[str, Any]:
        """Make the response of a finished program that of an interrupted one; an existing error stays."""
        response = self.response
        if response["error"] is None:
            response["status"] = "error"
            response["error"] = load("_terrarium.errors").outline(KeyboardInterrupt())
        return response


def execute(request: dict[str, Any]) -> str:
    """Run a request and return the text of the response."""
    run = Run(request)
    try:
        run.go()
        text = run.text()
    except MemoryError:
        reserve.release()
        text = dump(run.note_no_memory())
    # In the harness itself, an interrupt only sets a note.
    return dump(run.note_interrupt()) if state.pending else text
