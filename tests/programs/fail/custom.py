# native: yes
"""A class of the program's own, raised from a method, with a message over two lines."""


class Trouble(Exception):
    def __str__(self):
        return "line one\nline two"


class Machine:
    def run(self):
        raise Trouble


Machine().run()
