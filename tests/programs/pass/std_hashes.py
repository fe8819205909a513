# native: yes
"""hashlib, hmac, secrets, uuid, base64 and binascii."""

import base64
import binascii
import hashlib
import hmac
import secrets
import uuid

for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(name, hashlib.new(name, b"terrarium").hexdigest())
print(hashlib.shake_128(b"x").hexdigest(8))
h = hashlib.sha256()
h.update(b"a" * 100)
copy = h.copy()
copy.update(b"b")
print(h.hexdigest() != copy.hexdigest(), h.digest_size, h.block_size, {"sha256", "md5"} <= hashlib.algorithms_guaranteed)
print(hmac.new(b"key", b"message", "sha256").hexdigest(), hmac.compare_digest("a", "a"), hmac.digest(b"k", b"m", "md5").hex())
print(len(secrets.token_hex(8)), secrets.token_bytes(16) != secrets.token_bytes(16), 0 <= secrets.randbelow(5) < 5, len(secrets.token_urlsafe()) > 20)
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.uuid3(uuid.NAMESPACE_URL, "x"), uuid.uuid4().version, uuid.uuid4() != uuid.uuid4(), uuid.UUID(int=5))
print(base64.b64encode(b"\xff\xfe?"), base64.urlsafe_b64decode("__4_"), base64.b32encode(b"hi"), base64.b85encode(b"hello"), base64.a85decode(base64.a85encode(b"x")))
print(binascii.hexlify(b"\x01\xab", "-"), binascii.crc32(b"x"), binascii.a2b_base64("aGk="))
try:
    base64.b64decode("a", validate=True)
except binascii.Error as error:
    print(error)
