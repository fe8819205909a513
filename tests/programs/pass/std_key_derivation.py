# native: yes
"""hashlib: keys are derived from passwords by PBKDF2 and scrypt, with the results of their standards."""

import hashlib

print(hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2).hex())
print(hashlib.pbkdf2_hmac("SHA256", b"passwd", b"salt", 1, 64).hex())
print(hashlib.pbkdf2_hmac("sha512", bytearray(b"p" * 200), memoryview(b"s"), 70_000, 100).hex())
for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(name, hashlib.pbkdf2_hmac(name, b"p" * 65, b"salt", 11, 70).hex())
print(hashlib.scrypt(b"", salt=b"", n=16, r=1, p=1, dklen=64).hex())
print(hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=16, dklen=64).hex())
print(hashlib.scrypt(b"x", salt=b"y", n=16384, r=8, p=1, maxmem=64 << 20, dklen=10).hex())

wrong = {
    "hash": lambda: hashlib.pbkdf2_hmac("nothing", b"", b"", 1),
    "text": lambda: hashlib.pbkdf2_hmac("sha1", "", b"", 1),
    "no rounds": lambda: hashlib.pbkdf2_hmac("sha1", b"", b"", 0),
    "no key": lambda: hashlib.pbkdf2_hmac("sha1", b"", b"", 1, 0),
    "rounds": lambda: hashlib.pbkdf2_hmac("sha1", b"", b"", 1.5),
    "odd cost": lambda: hashlib.scrypt(b"", salt=b"", n=3, r=1, p=1),
    "too much memory": lambda: hashlib.scrypt(b"", salt=b"", n=2**20, r=8, p=1),
    "no block": lambda: hashlib.scrypt(b"", salt=b"", n=2, r=0, p=1),
    "no salt": lambda: hashlib.scrypt(b"", n=2, r=1, p=1),
}
for name, way in wrong.items():
    try:
        print(name, way())
    except (TypeError, ValueError) as error:
        print(name, isinstance(error, ValueError))
