# /// script
# dependencies = ["six"]
# ///
"""The moved modules and the helpers."""

import six
from six.moves import configparser, urllib

assert six.PY3 and six.text_type is str
assert urllib.parse.quote("a b") == "a%20b" and configparser.ConfigParser().sections() == []
assert list(six.iteritems({"a": 1})) == [("a", 1)] and six.ensure_text(b"x") == "x"


@six.add_metaclass(type("Meta", (type,), {"tag": "t"}))
class Tagged:
    pass


assert Tagged.tag == "t"
