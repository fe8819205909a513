# native: no, a host may have a terminal
"""There is no terminal to seize: pty, termios, tty, curses and getpass end in an answer."""

import os

for name, way in {
    "openpty": lambda: os.openpty(),
    "ctermid": lambda: open("/dev/tty"),
    "termios": lambda: __import__("termios").tcgetattr(0),
    "tty": lambda: __import__("tty").setraw(0),
    "pty": lambda: __import__("pty").spawn("sh"),
    "size": lambda: os.get_terminal_size(),
}.items():
    try:
        print(name, "WORKED", way())
    except BaseException as error:
        print(name, "refused")
import getpass
import warnings

warnings.simplefilter("ignore")
try:
    getpass.getpass()
except BaseException as error:
    print("getpass", type(error).__name__)
