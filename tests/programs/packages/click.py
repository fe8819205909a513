# packages: click
# works: yes
"""Commands, options, their checks and their help."""

import click
from click.testing import CliRunner


@click.group()
def tool():
    """A tool."""


@tool.command()
@click.argument("name")
@click.option("--times", type=click.IntRange(1, 3), default=1, show_default=True, help="How often.")
def greet(name, times):
    """Greet NAME."""
    for _ in range(times):
        click.secho(f"hello {name}", fg="green")


runner = CliRunner()
for arguments in (["greet", "Ada", "--times", "2"], ["greet", "--help"], ["greet", "Ada", "--times", "9"]):
    result = runner.invoke(tool, arguments)
    print(result.exit_code, result.output)
