# packages: six
# works: yes
"""The moved modules and the helpers."""

import six
from six.moves import range as moved_range, urllib

print(six.PY3, list(moved_range(2)), urllib.parse.quote("a b"), six.ensure_str(b"x"), sorted(six.iteritems({"a": 1})))


@six.add_metaclass(type("Meta", (type,), {"tag": 5}))
class Tagged:
    pass


print(Tagged.tag, six.moves.cPickle.loads(six.moves.cPickle.dumps([1])))
