# /// script
# dependencies = ["cryptography"]
# ///
"""Symmetric encryption, a signature with a key, and a hash."""

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

key = Fernet.generate_key()
assert Fernet(key).decrypt(Fernet(key).encrypt(b"text")) == b"text"
private = ed25519.Ed25519PrivateKey.generate()
private.public_key().verify(private.sign(b"text"), b"text")
pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
assert pem.startswith(b"-----BEGIN PUBLIC KEY")
digest = hashes.Hash(hashes.SHA256())
digest.update(b"abc")
assert digest.finalize().hex().startswith("ba7816bf")
