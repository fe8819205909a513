# native: yes
# stdin: first\nsecond é\nthird\n42
"""input() and sys.stdin read what the caller gave, then meet the end."""

import sys

print(repr(input()), repr(input("prompt> ")), repr(sys.stdin.readline()), [line for line in sys.stdin])
try:
    input()
except EOFError as error:
    print("EOFError", error)
print(repr(sys.stdin.read()))
