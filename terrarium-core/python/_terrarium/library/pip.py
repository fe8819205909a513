"""The commands of pip that have a meaning in a sandbox, and the reason for all others."""

from __future__ import annotations

import sys

from _terrarium.library.installs import Refused, install
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Write = Callable[[str], None]

__builtins__ = BUILTINS

VERSION = "26.0"
_SITE = "/lib/python3.14/site-packages"
_USAGE = """Usage: pip <command> [options]

Commands of this sandbox:
  install    Install packages: names, versions, extras, -r FILE.
  list       List installed packages.
  freeze     Output installed packages in the format of requirements.
  show       Show information about installed packages.
  check      Verify that installed packages have compatible dependencies."""
# Options without a meaning here, without and with a value.
_IGNORED = frozenset(
    (
        *("-q", "--quiet", "-qq", "-qqq", "-v", "--verbose", "-vv", "-vvv", "--user", "--no-cache-dir", "--no-input"),
        *("--disable-pip-version-check", "--break-system-packages", "--no-color", "--no-warn-script-location"),
        *("-y", "--yes", "-U", "--upgrade", "--only-binary=:all:", "--prefer-binary", "--no-warn-conflicts"),
        *("--no-build-isolation", "--root-user-action=ignore", "--progress-bar=off", "--isolated", "--no-compile"),
        *("--system", "--upgrade-strategy=only-if-needed", "--upgrade-strategy=eager", "--compile"),
    )
)
_IGNORED_WITH_VALUE = frozenset(
    (
        *("--only-binary", "--progress-bar", "--root-user-action", "--retries", "--timeout", "--default-timeout"),
        *("--cache-dir", "--upgrade-strategy", "--log", "--exists-action"),
    )
)
_REASONS = {
    "--no-deps": "packages come with what they require",
    "--target": "packages have one place",
    "-t": "packages have one place",
    "--prefix": "packages have one place",
    "--root": "packages have one place",
    "--force-reinstall": "the packages of an interpreter stay as they are",
    "-I": "the packages of an interpreter stay as they are",
    "--ignore-installed": "the packages of an interpreter stay as they are",
    "-i": "the host chooses the index",
    "--index-url": "the host chooses the index",
    "--extra-index-url": "the host chooses the index",
    "--no-index": "the option `install` of the sandbox chooses where packages come from",
    "-f": "the host chooses the places of packages",
    "--find-links": "the host chooses the places of packages",
    "--trusted-host": "the host chooses the index",
    "-e": "nothing is built here",
    "--editable": "nothing is built here",
    "--no-binary": "nothing is built here",
    "-c": "name versions in the requirements",
    "--constraint": "name versions in the requirements",
}
_COMMANDS = {
    "uninstall": "the packages of an interpreter stay as they are; start another one",
    "download": "packages are installed, and not kept as files",
    "wheel": "nothing is built here",
    "config": "the settings are those of the host",
    "cache": "the cache is the host's",
    "search": "the index has no search",
    "index": "packages are asked for by name: use install",
}
# The most files of requirements that name each other.
_DEEPEST = 10


class Wrong(Exception):
    """A wrong command line."""


def run(arguments: list[str], out: Write, err: Write) -> int:
    """Run a command, write its lines, and return the exit status."""
    # Options before the command.
    while arguments and arguments[0].startswith("-") and arguments[0] in _IGNORED:
        arguments = [*arguments[1:], arguments[0]]
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    try:
        if command in ("--version", "-V"):
            out(f"pip {VERSION} (terrarium) from {_SITE}/pip (python {sys.version_info[0]}.{sys.version_info[1]})")
        elif command in ("help", "--help", "-h") or "--help" in rest or "-h" in rest:
            out(_USAGE)
        elif command in ("install", "add"):
            _install(rest, out)
        elif command == "list":
            _list(rest, out)
        elif command == "freeze":
            for name, version in _installed():
                out(f"{name}=={version}")
        elif command == "show":
            return _show(rest, out, err)
        elif command == "check":
            return _check(out)
        else:
            reason = _COMMANDS.get(command)
            if reason is None:
                raise Wrong(f'unknown command "{command}"')
            raise Wrong(f"`pip {command}` does not work here: {reason}")
    except (Wrong, Refused) as error:
        err(f"ERROR: {error}")
        return 1
    return 0


def _install(words: list[str], out: Write) -> None:
    is_quiet = any(word == "--quiet" or (word.startswith("-q") and not word.strip("-q")) for word in words)
    requirements, prereleases = _requirements(words)
    if not requirements:
        raise Wrong('You must give at least one requirement to install (see "pip help install")')
    installed, satisfied = install(requirements, prereleases)
    if is_quiet:
        return
    for text in satisfied:
        name, _, version = text.partition("==")
        out(f"Requirement already satisfied: {name} in {_SITE} ({version})")
    if installed:
        pairs = [text.partition("==") for text in installed]
        out("Installing collected packages: " + ", ".join([name for name, _, _ in pairs]))
        out("Successfully installed " + " ".join([f"{name}-{version}" for name, _, version in pairs]))


def _requirements(words: list[str]) -> tuple[list[str], bool]:
    """Return the requirements of a command line, and whether pre-releases are wanted."""
    requirements: list[str] = []
    prereleases = False
    words = list(words)
    while words:
        word = words.pop(0)
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("-"):
            _check_requirement(word)
            requirements.append(word)
        elif word == "--pre":
            prereleases = True
        elif option in ("-r", "--requirement") or (word.startswith("-r") and len(word) > 2 and word[2] != "e"):
            path = word[2:] if option not in ("-r", "--requirement") else value if equals else _value(option, words)
            requirements.extend(_read(path, _DEEPEST))
        elif option in _REASONS:
            raise Wrong(f"the option {option} does not work here: {_REASONS[option]}")
        elif option in _IGNORED_WITH_VALUE:
            if not equals:
                _value(option, words)
        elif word not in _IGNORED:
            raise Wrong(f"no such option: {option}")
    return requirements, prereleases


def _value(option: str, words: list[str]) -> str:
    if not words:
        raise Wrong(f"{option} option requires 1 argument")
    return words.pop(0)


def _check_requirement(text: str) -> None:
    if (
        text.endswith((".whl", ".tar.gz", ".zip"))
        or text.startswith((".", "/", "~"))
        or "://" in text.partition(";")[0]
    ):
        raise Wrong(f"{text!r} is no name of a package: files and addresses are not installed here")


def _read(path: str, depth: int) -> list[str]:
    """Read a file of requirements, and those that it names."""
    if depth == 0:
        raise Wrong(f"requirements files name each other: {path}")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"Could not open requirements file: {error}") from None
    found: list[str] = []
    for written in text.replace("\\\n", " ").split("\n"):
        line = written.partition(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        words = load("shlex").split(line) if line.startswith("-") else []
        option = words[0].partition("=")[0] if words else ""
        if option in ("-r", "--requirement"):
            name = words[0].partition("=")[2] or " ".join(words[1:])
            folder = path.rpartition("/")[0]
            found.extend(_read(f"{folder}/{name}" if folder and not name.startswith("/") else name, depth - 1))
        elif words:
            raise Wrong(f"{path}: the option {option} does not work here")
        else:
            _check_requirement(line)
            found.append(line)
    return found


def _distributions() -> list[Any]:
    found: dict[str, Any] = {}
    for distribution in load("importlib.metadata").distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(_normal(name), distribution)
    return [found[name] for name in sorted(found)]


def _normal(name: str) -> str:
    normal: str = load("re").sub(r"[-_.]+", "-", name).lower()
    return normal


def _installed() -> list[tuple[str, str]]:
    return [(distribution.metadata["Name"], distribution.version) for distribution in _distributions()]


def _list(words: list[str], out: Write) -> None:
    form = "columns"
    for place, word in enumerate(words):
        if word.startswith("--format"):
            form = word.partition("=")[2] or (words[place + 1] if place + 1 < len(words) else form)
        elif word in ("-o", "--outdated", "-u", "--uptodate"):
            raise Wrong(f"the option {word} does not work here: the packages of an interpreter stay as they are")
    rows = _installed()
    if form == "json":
        out(load("json").dumps([{"name": name, "version": version} for name, version in rows]))
    elif form == "freeze":
        for name, version in rows:
            out(f"{name}=={version}")
    elif rows:
        widths = [max(len(row[column]) for row in [("Package", "Version"), *rows]) for column in (0, 1)]
        for name, version in [("Package", "Version"), ("-" * widths[0], "-" * widths[1]), *rows]:
            out(f"{name:{widths[0]}} {version}")


def _show(words: list[str], out: Write, err: Write) -> int:
    names = [word for word in words if not word.startswith("-")]
    if not names:
        err("WARNING: ERROR: Please provide a package name or names.")
        return 1
    known = {_normal(distribution.metadata["Name"]): distribution for distribution in _distributions()}
    missing = [name for name in names if _normal(name) not in known]
    if missing:
        err(f"WARNING: Package(s) not found: {', '.join(missing)}")
    for place, name in enumerate([name for name in names if _normal(name) in known]):
        distribution = known[_normal(name)]
        metadata = distribution.metadata
        if place:
            out("---")
        for label, value in (
            ("Name", metadata["Name"]),
            ("Version", distribution.version),
            ("Summary", metadata.get("Summary")),
            ("Home-page", metadata.get("Home-page")),
            ("Author", metadata.get("Author")),
            ("License", metadata.get("License-Expression") or metadata.get("License")),
            ("Location", _SITE),
            ("Requires", ", ".join(_required(distribution))),
        ):
            out(f"{label}: {(value or '').splitlines()[0] if value else ''}")
    return 1 if len(missing) == len(names) else 0


def _required(distribution: Any) -> list[str]:
    """Return the names of what a package requires without extras, apart from markers of other kinds."""
    names = []
    for text in distribution.requires or ():
        if "extra ==" not in text and "extra==" not in text:
            names.append(load("re").match(r"[A-Za-z0-9._-]*", text).group())
    return sorted(set(names))


def _check(out: Write) -> int:
    # Versions that do not go together are never installed.
    out("No broken requirements found.")
    return 0
