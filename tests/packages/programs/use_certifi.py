# /// script
# dependencies = ["certifi"]
# ///
"""The bundle of certificates is found and read."""

import ssl

import certifi

text = certifi.contents()
first = text[text.index("-----BEGIN") : text.index("-----END CERTIFICATE-----") + 25]
assert text.count("BEGIN CERTIFICATE") > 100
assert open(certifi.where()).read() == text
assert len(ssl.PEM_cert_to_DER_cert(first)) > 500
