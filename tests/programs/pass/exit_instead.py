"""A program that takes a function away from the end and puts its own there has it called."""

import atexit
import logging

atexit.unregister(logging.shutdown)
atexit.register(print, "called")
print("end of the program")
