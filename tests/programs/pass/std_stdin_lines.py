# native: yes
# stdin: one\r\ntwo\rthree\n
"""Lines of sys.stdin keep their ends, and bytes that are no UTF-8 are escaped, as in the locale C.UTF-8."""

import sys

print(repr(input()), repr(sys.stdin.readline()), repr(sys.stdin.read()))
print(sys.stdin.encoding, sys.stdin.errors, sys.stdout.errors, sys.stderr.errors)
