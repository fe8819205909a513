"""The part of pip that has a meaning in a sandbox: see `python -m pip help`."""

from _terrarium.library.pip import VERSION

__version__ = VERSION
__all__ = ["__version__", "main"]


def main(args=None):
    """Run a command of pip with these arguments, or with those of the program; return the exit status."""
    import sys

    from _terrarium.library.installs import run_pip

    status, out, err = run_pip(sys.argv[1:] if args is None else [str(arg) for arg in args])
    sys.stdout.write(out)
    sys.stderr.write(err)
    return status
