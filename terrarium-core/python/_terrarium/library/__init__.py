"""Parts of the standard library as programs expect them, where the guest's own build lacks or restricts them.

`install` registers all of it. A module here changes the library's module of its topic when a program imports that one.
A file below `modules` is a module that the guest's build does not have; it is loaded under its own name.
"""
