# /// script
# dependencies = ["typer"]
# ///
"""Commands with types, options and help, run by the tester."""

import typer
from typer.testing import CliRunner

application = typer.Typer()


@application.command()
def add(a: int, b: int = typer.Option(2, help="The second.")):
    typer.echo(a + b)


@application.command()
def shout(name: str, loud: bool = False):
    typer.echo(name.upper() if loud else name)


runner = CliRunner()
assert runner.invoke(application, ["add", "3", "--b", "4"]).output == "7\n"
assert runner.invoke(application, ["shout", "hi", "--loud"]).output == "HI\n"
assert runner.invoke(application, ["add", "x"]).exit_code == 2
assert "The second." in runner.invoke(application, ["add", "--help"]).output
