"""`hashlib`: the derivation of keys from passwords. The host does the rounds of the usual hash functions."""

from __future__ import annotations

from fcntl import ioctl

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The requests to the host, and the most work of one request.
_PBKDF2, _SCRYPT = 0x7402, 0x7403
_ROUNDS = 1 << 15
_BLOCKS = 1 << 17
# The hash functions whose rounds the host does.
_NUMBERS = {"sha1": 1, "sha224": 224, "sha256": 256, "sha384": 384, "sha512": 512}
_LARGEST = 2**31 - 1
# scrypt's memory when the caller sets no limit, and the largest block size.
_USUAL_MEMORY = 32 << 20
_BLOCK_SIZE = 1 << 12

_new: Any = None


def _bytes(value: Any, name: str) -> bytes:
    if isinstance(value, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    if len(view := memoryview(value).cast("B")) > _LARGEST:
        raise OverflowError(f"{name} is too long.")
    return bytes(view)


def _hash(name: object) -> Any:
    if not isinstance(name, str):
        raise TypeError(f"pbkdf2_hmac() argument 'hash_name' must be str, not {type(name).__name__}")
    made = _new(name)
    if not made.digest_size:
        raise ValueError(f"unsupported hash type {name}")
    return made


def _words(*numbers: int) -> bytes:
    return b"".join([number.to_bytes(4, "little") for number in numbers])


def _check_integers(*values: object) -> None:
    for value in values:
        if not isinstance(value, int):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def pbkdf2_hmac(hash_name: str, password: Any, salt: Any, iterations: int, dklen: int | None = None) -> bytes:
    """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."""
    made = _hash(hash_name)
    password, salt = _bytes(password, "password"), _bytes(salt, "salt")
    _check_integers(iterations, 1 if dklen is None else dklen)
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    if iterations > _LARGEST:
        raise OverflowError("iteration value is too great.")
    length = made.digest_size if dklen is None else dklen
    if length < 1:
        raise ValueError("key length must be greater than 0.")
    if length > _LARGEST:
        raise OverflowError("key length is too great.")
    return _derive(made, password, salt, iterations, length)


def _derive(made: Any, password: bytes, salt: bytes, iterations: int, length: int) -> bytes:
    name, size = made.name, made.digest_size
    if len(password) > made.block_size:
        password = _new(name, password).digest()
    key = password.ljust(made.block_size, b"\0")
    inner, outer = bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])
    begun = _new(name, inner), _new(name, outer)
    derived = bytearray()
    while len(derived) < length:
        number = len(derived) // size + 1
        last = _keyed(begun, salt + number.to_bytes(4, "big"))
        if name in _NUMBERS:
            derived += _rounds(_NUMBERS[name], last, inner + outer, iterations - 1)
        else:
            total = int.from_bytes(last)
            for _ in range(iterations - 1):
                last = _keyed(begun, last)
                total ^= int.from_bytes(last)
            derived += total.to_bytes(size)
    return bytes(derived[:length])


def _keyed(begun: tuple[Any, Any], message: bytes) -> bytes:
    """Return the HMAC of a message."""
    inner, outer = begun[0].copy(), begun[1].copy()
    inner.update(message)
    outer.update(inner.digest())
    digest: bytes = outer.digest()
    return digest


def _rounds(number: int, last: bytes, blocks: bytes, count: int) -> bytes:
    """Do the rounds of one block on the host, some at a time, so that an interrupt finds its place between them."""
    state = bytearray(_words(number, 0) + last + last + blocks)
    while count > 0:
        now = min(count, _ROUNDS)
        state[4:8] = _words(now)
        ioctl(channel.descriptor, _PBKDF2, state, True)
        count -= now
    start = 8 + len(last)
    return bytes(state[start : start + len(last)])


def scrypt(password: Any, *, salt: Any, n: int, r: int, p: int, maxmem: int = 0, dklen: int = 64) -> bytes:
    """scrypt password-based key derivation function."""
    password, salt = _bytes(password, "password"), _bytes(salt, "salt")
    _check_integers(n, r, p, maxmem, dklen)
    if any(not -(2**63) <= number < 2**63 for number in (n, r, p, maxmem, dklen)):
        raise OverflowError("Python int too large to convert to C long")
    if n < 2 or n & (n - 1):
        raise ValueError("n must be a power of 2.")
    if not 0 <= maxmem <= _LARGEST:
        raise ValueError(f"maxmem must be positive and smaller than {_LARGEST}")
    if not 0 < dklen <= _LARGEST:
        raise ValueError(f"dklen must be greater than 0 and smaller than {_LARGEST}")
    if r < 1 or p < 1 or r * p > 2**30 - 1 or n.bit_length() > 16 * r or r > _BLOCK_SIZE:
        raise ValueError("Invalid parameter combination for n, r, p, maxmem.")
    if 128 * r * (p + n + 2) > (maxmem or _USUAL_MEMORY):
        raise ValueError("memory limit exceeded: raise maxmem")
    sha256 = _new("sha256")
    size = 128 * r
    blocks = _derive(sha256, password, salt, 1, size * p)
    mixed = [_mix(blocks[start : start + size], n, r) for start in range(0, len(blocks), size)]
    return _derive(sha256, password, b"".join(mixed), 1, dklen)


def _mix(block: bytes, cost: int, size: int) -> bytes:
    """Mix one block on the host. The table of scrypt is in the memory of the program."""
    state = bytearray(20 + len(block) * (cost + 1))
    state[20 : 20 + len(block)] = block
    step = max(_BLOCKS // size, 1)
    for phase in (0, 1):
        for first in range(0, cost, step):
            state[:20] = _words(phase, cost, size, first, min(step, cost - first))
            ioctl(channel.descriptor, _SCRYPT, state, True)
    return bytes(state[20 : 20 + len(block)])


def change(module: Any) -> None:
    """Change `hashlib`."""
    global _new
    _new = module.new
    if hasattr(module, "pbkdf2_hmac"):
        return
    replace(module, pbkdf2_hmac)
    replace(module, scrypt)
    module.__all__ += ("pbkdf2_hmac",)
