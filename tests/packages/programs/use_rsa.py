# /// script
# dependencies = ["rsa"]
# ///
"""Keys are made, and a text is encrypted and signed."""

import rsa

public, private = rsa.newkeys(512)
assert rsa.decrypt(rsa.encrypt(b"text", public), private) == b"text"
signature = rsa.sign(b"text", private, "SHA-256")
assert rsa.verify(b"text", signature, public) == "SHA-256"
assert rsa.PublicKey.load_pkcs1(public.save_pkcs1()) == public
