# /// script
# dependencies = ["click"]
# ///
"""Commands with options, checks and help, run by the tester."""

import click
from click.testing import CliRunner


@click.command()
@click.argument("name")
@click.option("--count", type=click.IntRange(1, 5), default=1, show_default=True, help="How often.")
def hello(name, count):
    for _ in range(count):
        click.secho(f"Hello {name}", fg="green")


runner = CliRunner()
assert runner.invoke(hello, ["Ada", "--count", "2"]).output == "Hello Ada\nHello Ada\n"
wrong = runner.invoke(hello, ["Ada", "--count", "9"])
assert wrong.exit_code == 2 and "1<=x<=5" in wrong.output
assert "How often." in runner.invoke(hello, ["--help"]).output
