# packages: black
# works: yes
"""Source code is formatted, as a string and by the command."""

import black

source = "def f( a,b = 1 ):\n  return {  'x':a,\n 'y':b }\n"
print(black.format_str(source, mode=black.Mode()), end="")
print(black.format_str("x = [1,2,3,]", mode=black.Mode(line_length=40)), end="")
try:
    black.format_str("x = (1 +", mode=black.Mode())
except black.InvalidInput as error:
    print("refused:", str(error).splitlines()[0])
open("untidy.py", "w").write("x = {'a':1}\n")
try:
    black.main(["--quiet", "untidy.py"])
except SystemExit as left:
    print("exit code", left.code, open("untidy.py").read(), end="")
