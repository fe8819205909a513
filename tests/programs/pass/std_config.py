# native: yes
"""configparser, tomllib, argparse, getopt and shlex."""

import argparse
import configparser
import getopt
import shlex
import sys
import tomllib

c = configparser.ConfigParser()
c.read_string("[DEFAULT]\nbase = /x\n[a]\npath = %(base)s/y\nflag = yes\nn = 5\nmulti =\n  one\n  two\n")
print(c["a"]["path"], c.getboolean("a", "flag"), c.getint("a", "n"), c["a"]["multi"].split(), c.sections(), c.get("a", "z", fallback="f"))
c["new"] = {"k": "v"}
c.write(sys.stdout)
t = tomllib.loads('title = "T"\nwhen = 2026-01-02T03:04:05Z\n[owner]\nages = [1, 2]\nf = 1e3\n[[p]]\nn = "a"\n[[p]]\nn = "b"\n')
print(t)
try:
    tomllib.loads("a = ")
except tomllib.TOMLDecodeError as error:
    print("toml error")
parser = argparse.ArgumentParser(prog="tool", exit_on_error=False)
parser.add_argument("file")
parser.add_argument("-n", "--number", type=int, default=3)
parser.add_argument("--flag", action="store_true")

print(parser.parse_args(["x.txt", "-n", "5", "--flag"]), parser.parse_known_args(["x", "--odd"]))
try:
    parser.parse_args(["x", "-n", "word"])
except argparse.ArgumentError as error:
    print(error)
print(parser.format_usage())
try:
    argparse.ArgumentParser(prog="tool").parse_args(["--version"])
except SystemExit as leave:
    print("exit", leave.code)
print(getopt.gnu_getopt(["-a", "1", "rest", "--long=2"], "a:", ["long="]), shlex.split("a 'b c' d\\ e"), shlex.quote("it's"), shlex.join(["a b", "c"]))
