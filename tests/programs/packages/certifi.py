# packages: certifi
# works: yes
"""The bundle of certificates exists."""

import certifi

bundle = certifi.contents()
print(certifi.where().endswith("certifi/cacert.pem"))
print(bundle.count("BEGIN CERTIFICATE") > 100, bundle.count("BEGIN CERTIFICATE") == bundle.count("END CERTIFICATE"))
