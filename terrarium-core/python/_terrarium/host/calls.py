"""The calls of functions of the host: requests, arguments and answers."""

from __future__ import annotations

from fcntl import ioctl
from sys import modules
from time import sleep

from _terrarium.host.errors import HostError, HostLimitError, error_of, refused
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.plain import float_text
from _terrarium.wire import PLAIN_INT, _encode, _scan, channel, scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


# The requests to the host: an operation, and a part of a large answer.
_CALL = 0x740C
_READ = 0x740D
# The states of an answer besides the one that is in the buffer: it is larger, or is not there yet.
_LARGER = 1
PENDING = 2
# The state of a wait without an answer, where the clock is fixed.
_ELAPSED = 3
# The bytes of the usual buffer, and of the largest.
_ROOM = 8 << 10
_LITTLE = 1 << 10
_MOST_ROOM = 4 << 20
# The bound of the arguments that are written at all; the host has a bound of its own.
_LIMIT = 1 << 30
# The place of the content behind the numbers of a request for a part, at a multiple that arrays can use.
_HEAD = 16
# The time of one wait while other threads can run, in nanoseconds.
_SHORT = 2_000_000
_FOREVER = (1 << 64) - 1


class _State:
    """The usual buffer, the futures of calls in progress, and the calls that have ended beside those."""

    def __init__(self) -> None:
        # Taken out while it is in use: a finalizer or a handler of a signal may call a function at any time.
        self.room: bytearray | None = _buffer(_ROOM)
        self.futures: dict[int, Any] = {}
        self.ended: set[int] = set()
        # Whether the calls of coroutine functions are coroutines for the library.
        self.is_registered = False


def _buffer(room: int) -> bytearray:
    buffer = bytearray(room + 8)
    buffer[:4] = room.to_bytes(4, "little")
    return buffer


state = _State()


def send(request: bytes, room: int = _LITTLE) -> tuple[int, bytearray]:
    """Send a request; return the status, and the buffer whose answer begins at its ninth byte."""
    size = len(request)
    buffer = _buffer(min(max(size, room), _MOST_ROOM))
    if size > len(buffer) - 8:
        raise HostLimitError(f"the arguments have {size} bytes of text, the limit is {_MOST_ROOM}")
    buffer[4:8] = size.to_bytes(4, "little")
    buffer[8 : 8 + size] = request
    try:
        return ioctl(channel.descriptor, _CALL, buffer), buffer
    except OSError as error:
        raise refused(error) from None


def content(buffer: bytearray) -> bytearray:
    """Return the bytes of an answer."""
    return buffer[8 : 8 + int.from_bytes(buffer[4:8], "little")]


def _number(buffer: bytearray) -> int:
    return int.from_bytes(buffer[8:12], "little")


def answer(name: str, status: int, buffer: bytearray) -> Any:
    """Return the value of an answer, or raise its error."""
    if status == PENDING:
        number = _number(buffer)
        finish = b"F" + number.to_bytes(4, "little")
        try:
            while status == PENDING:
                # A signal is handled here, between the request and the next one.
                status, buffer = send(finish)
        except BaseException:
            drop(number)
            raise
    if status == _LARGER:
        number, size = _number(buffer), int.from_bytes(buffer[12:16], "little")
        whole = bytearray(size + _HEAD)
        # The numbers of the request are the four bytes after its first ones.
        view = memoryview(whole)[4:]
        view[:12] = number.to_bytes(4, "little") + bytes(4) + size.to_bytes(4, "little")
        try:
            ioctl(channel.descriptor, _READ, view)
        except OSError as error:
            raise refused(error) from None
        return _value(name, memoryview(whole)[_HEAD:])
    return _value(name, memoryview(buffer)[8 : 8 + int.from_bytes(buffer[4:8], "little")])


def drop(number: int) -> None:
    """End a call for which nothing waits any more."""
    state.futures.pop(number, None)
    state.ended.discard(number)
    try:
        send(b"X" + number.to_bytes(4, "little"))
    except Exception:
        # The run is being stopped, which drops all calls.
        pass


def _value(name: str, answer: memoryview) -> Any:
    kind = answer[0]
    if kind == 0x56:
        value = _scan(str(answer[1:], "utf-8"), 0)[0]
        return load("_terrarium.values.decode").decode(value) if type(value) in (list, dict) else value
    if kind == 0x42:
        return load("_terrarium.values.decode").decode_with(*_parts(answer))
    if kind == 0x45:
        raise error_of(name, _scan(str(answer[1:], "utf-8"), 0)[0])
    if kind == 0x53:
        return load("_terrarium.host.awaits").Stream(name, int(str(answer[1:], "ascii")))
    return END


END: Any = object()


def _parts(answer: memoryview) -> tuple[Any, list[memoryview]]:
    """Return the parsed text of an answer, and the contents behind it."""

    def number(place: int) -> int:
        return int.from_bytes(answer[place : place + 4], "little")

    size, count = number(4), number(8)
    sizes = [size] + [number(12 + 4 * index) for index in range(count)]
    place = 12 + 4 * count
    parts = []
    for size in sizes:
        place = (place + 15) // 16 * 16
        parts.append(answer[place : place + size])
        place += size
    return _scan(str(parts[0], "utf-8"), 0)[0], parts[1:]


def written(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Return the text of a call: the name, a zero byte, and the arguments as JSON."""
    texts = []
    for value in args:
        text = float_text(value) if type(value) is float else scalar(value)
        if text is None:
            break
        texts.append(text)
    else:
        if not kwargs:
            return f"{name}\0[[{','.join(texts)}],{{}}]".encode()
    writer = load("_terrarium.values.writer").Writer(_LIMIT)
    encoder = load("_terrarium.values.encode").Encoder(writer)
    try:
        encoder.items([list(args), kwargs])
        writer.flush()
    except load("_terrarium.values.writer").TooLarge:
        raise HostLimitError("the arguments are larger than the host accepts") from None
    for blob in writer.blobs:
        try:
            channel.send(b"A", blob)
        except OSError as error:
            raise refused(error) from None
    return name.encode() + b"\0" + b"".join(writer.pieces)


def call(name: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function, and wait for it."""
    turns = modules.get("_terrarium.threads.turns")
    if turns is not None and turns.others():
        return _wait_in_turns(name, begin(b"B" + written(name, args, kwargs)), turns)
    if not kwargs and _SIMPLE.issuperset(map(type, args)):
        # The common case, without a call for each part.
        try:
            request = f"C{name}\0{''.join(_encode((args, _NO_KEYWORDS), 0))}".encode()
        except ValueError:
            # A text with a lone surrogate, or a float that is no number.
            request = b""
        size = len(request)
        if 0 < size <= _ROOM and (size <= _SHORT_TEXT + len(name) or _are_exact(args)):
            buffer, state.room = state.room or _buffer(_ROOM), None
            buffer[4:8] = size.to_bytes(4, "little")
            buffer[8 : 8 + size] = request
            try:
                status = ioctl(channel.descriptor, _CALL, buffer)
            except OSError as error:
                raise refused(error) from None
            # The value, if it is as simple: a `V` and its text.
            if status == 0 and buffer[8] == 0x56:
                text = str(buffer[9 : 8 + int.from_bytes(buffer[4:8], "little")], "utf-8")
                state.room = buffer
                value = _scan(text, 0)[0]
                kind = type(value)
                return load("_terrarium.values.decode").decode(value) if kind is list or kind is dict else value
            return answer(name, status, buffer)
    return answer(name, *send(b"C" + written(name, args, kwargs)))


def _are_exact(args: tuple[Any, ...]) -> bool:
    """Whether every reader of JSON reads these numbers exactly."""
    return all(type(value) is not int or -PLAIN_INT <= value <= PLAIN_INT for value in args)


# Arguments that the encoder of JSON writes, and the bytes of a text that has no number beyond those of JSON.
_SIMPLE = frozenset((int, str, bool, float, type(None)))
_SHORT_TEXT = 24
_NO_KEYWORDS: dict[str, Any] = {}


def begin(request: bytes) -> int:
    """Begin a call, and return its number."""
    _, buffer = send(request)
    return _number(buffer)


def finish(name: str, number: int) -> Any:
    """Return the value of a call that has ended, or raise its error."""
    state.ended.discard(number)
    return answer(name, *send(b"T" + number.to_bytes(4, "little")))


def _wait_in_turns(name: str, number: int, turns: Any) -> Any:
    """Wait for a call, and let other threads run meanwhile."""
    try:
        while number not in state.ended:
            receive(0)
            if number in state.ended:
                break
            turns.glance()
            receive(_SHORT)
    except BaseException:
        drop(number)
        raise
    return finish(name, number)


def forget() -> None:
    """End the waits for calls of earlier runs, which no run answers any more."""
    if not state.futures and not state.ended:
        return
    futures, state.futures, state.ended = state.futures, {}, set()
    for future in futures.values():
        try:
            future.set_exception(HostError("HostError", "the call has ended with the run that began it"))
        except Exception:
            # The future is done, or its loop is closed.
            pass


def receive(nanoseconds: int | None) -> bool:
    """Wait until calls have ended, and wake those who wait for them. Return whether there were some."""
    status, buffer = send(b"W" + (_FOREVER if nanoseconds is None else nanoseconds).to_bytes(8, "little"))
    if status == _ELAPSED and nanoseconds is not None:
        # Only sleeping advances the clock.
        sleep(nanoseconds / 1e9)
    numbers = content(buffer)
    for place in range(0, len(numbers), 4):
        number = int.from_bytes(numbers[place : place + 4], "little")
        future = state.futures.pop(number, None)
        if future is None:
            state.ended.add(number)
        elif not future.done():
            future.set_result(None)
    return bool(numbers)
