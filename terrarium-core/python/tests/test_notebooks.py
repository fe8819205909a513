"""Programs that were written for notebooks: commands, `IPython.display`, and libraries that show things elsewhere."""

import json

import pytest


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("%matplotlib inline\n1 + 1", 2),
        ("  %load_ext autoreload\n  %autoreload 2\n  5", 5),
        ("%time x = 3\nx", 3),
        ("%%time\ny = 4\ny", 4),
        ("if True:\n    %config InlineBackend.figure_format = 'retina'\n    z = 6\nz", 6),
        ("%env WHO=me and you\nimport os\nos.environ['WHO']", "me and you"),
        ("text = '''\n%matplotlib\n'''\n%pprint\ntext", "\n%matplotlib\n"),
        ("10 % 4", 2),
        ("x = 7\nx %\\\n4", 3),
        ("%env WHO=me\n%env WHO", "me"),
    ],
)
def test_commands_that_have_a_meaning_here_are_understood(harness, code, final):
    assert harness.run(code).ok().final == final


def test_the_cell_of_writefile_is_the_content_of_the_file(harness):
    results = harness.session("%%writefile a.txt\nit's (\n%time", "open('a.txt').read()")
    assert results[1].ok().final == "it's (\n%time"


def test_help_is_shown_for_a_question_mark(harness):
    assert "len(obj, /)" in harness.run("len?").ok().stdout
    assert "len(obj, /)" in harness.run("x = 1\n?len").ok().stdout


def test_a_failed_installation_is_shown_and_the_program_goes_on(harness):
    # There is no host that has packages.
    result = harness.run("!pip install -q pandas\n%pip install numpy\n!python -m pip install x\n1").ok()
    assert result.final == 1
    reason = "ERROR: packages cannot be installed here, such as while an image is made"
    assert result.stderr.splitlines() == [reason] * 3


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("%pip --version", "(terrarium)"),
        ("%pip", "Usage: pip <command>"),
        ("%pip uninstall -y x", "ERROR: `pip uninstall` does not work here: "),
        ("%pip nonsense", 'ERROR: unknown command "nonsense"'),
        ("%pip install 'a", "ERROR: "),
        ("%pip install --target /tmp x", "ERROR: the option --target does not work here: packages have one place"),
        ("%uv pip install --nonsense", "ERROR: no such option: --nonsense"),
        ("%pip show nobody-has-it", "WARNING: Package(s) not found: nobody-has-it"),
    ],
)
def test_commands_of_pip_that_install_nothing(harness, command, shown):
    result = harness.run(command).ok()
    assert shown in result.stdout + result.stderr


def test_a_file_of_requirements_that_names_itself_ends(harness):
    result = harness.run("open('r.txt', 'w').write('-r r.txt\\n')\n%pip install -r r.txt").ok()
    assert result.stderr == "ERROR: requirements files name each other: r.txt\n"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["pip", "install", "x"], ["install", "x"]),
        (["/usr/bin/pip3", "list"], ["list"]),
        (["python", "-m", "pip", "install", "x"], ["install", "x"]),
        (["", "-I", "-m", "pip"], []),
        (["uv", "pip", "install", "x"], ["install", "x"]),
        (["python", "-c", "pip"], None),
        (["pipx", "install"], None),
        ([], None),
    ],
)
def test_the_commands_that_are_pip(harness, words, found):
    code = f"from _terrarium.library.installs import pip_words\nrepr(pip_words({words!r}))"
    assert harness.run(code).ok().final == repr(found)


def test_a_command_of_a_shell_that_is_more_than_pip_is_none(harness):
    code = (
        "from _terrarium.library.installs import shell_words as s\n"
        "[s('pip install \\'x>1\\' y'), s('pip list | head'), s('pip install x && ls'), s('ls'), s(\"pip 'x\"), s('')]"
    )
    assert harness.run(code).ok().final == [["install", "x>1", "y"], None, None, None, None, None]


@pytest.mark.parametrize(
    ("code", "line", "named"),
    [
        ("x = 1\n!ls -la", 2, "`!ls` is a command of notebooks, which does not work here: use os.listdir()"),
        ("files = !ls", 1, "`!ls`"),
        ("\n  %timeit 1", 2, "`%timeit` is a command of notebooks, which does not work here: use the module timeit"),
        ("%%bash\necho 'it", 1, "`%%bash`"),
        ("t = %who_ls", 1, "`%who_ls`"),
        ("%unknown thing", 1, "`%unknown`"),
    ],
)
def test_other_commands_are_named_in_the_error(harness, code, line, named):
    error = harness.run(code).error
    assert (error["type"], error["line"]) == ("SyntaxError", line)
    assert named in error["message"]


@pytest.mark.parametrize("code", ["x = 5 %", "f(!)", "%", "a b?c", "x = (1\n%y", "def f(:\n  !"])
def test_an_error_of_python_stays_what_it_is(harness, code):
    error = harness.run(code).error
    assert error["type"] == "SyntaxError"
    assert "notebook" not in error["message"]


def test_objects_of_ipython_are_displayed(harness):
    result = harness.run(
        "from IPython.display import HTML, JSON, Image, Markdown, Math, clear_output, display\n"
        "from IPython import get_ipython\nfrom IPython.core.display import HTML as other\n"
        "assert get_ipython() is None and other is HTML\n"
        "display(HTML('<b>x</b>'), Markdown('# y'))\nclear_output(wait=True)\n"
        "display(JSON({'a': [1]}), Math('x^2'))\n"
        "open('p.png', 'wb').write(b'\\x89PNG')\ndisplay(Image('p.png', width=5))\n"
        "HTML('<i>z</i>')"
    ).ok()
    data = [{mime: part for mime, part in shown["data"].items() if mime != "text/plain"} for shown in result.displays]
    assert data[:2] == [{"text/html": "<b>x</b>"}, {"text/markdown": "# y"}]
    assert json.loads(data[2]["application/json"]) == {"a": [1]}
    assert data[3:] == [
        {"text/latex": "$\\displaystyle x^2$"},
        {"image/png": {"$base64": "iVBORw=="}},
        {"text/html": "<i>z</i>"},
    ]
    assert result.displays[4]["metadata"] == {"image/png": {"width": 5}}
    assert result.final["class"] == "IPython.core.display.HTML"


def test_a_package_named_ipython_comes_first(harness):
    (harness.directory / "IPython").mkdir()
    (harness.directory / "IPython" / "__init__.py").write_text("WHO = 'own'\n")
    result = harness.run(
        "import IPython\ntry:\n    import IPython.display\nexcept ImportError as error: print(error.name)\nIPython.WHO"
    ).ok()
    assert (result.final, result.stdout) == ("own", "IPython.display\n")


def test_a_missing_package_of_pandas_names_the_option(harness):
    pytest.importorskip("pandas")
    error = harness.run("from pandas.compat._optional import import_optional_dependency as f\nf('pyreadstat')").error
    assert error["type"] == "ImportError"
    assert error["message"].endswith("Add 'pyreadstat' to the option `packages`.")


def test_a_captured_cell_leaves_nothing_in_the_result_but_its_variable(harness):
    cell = "%%capture out\nimport sys\nx = 5\nprint('ä')\nprint('e', file=sys.stderr)\ndisplay(x)\nx"
    first, second = harness.session(cell, "out(); [x, out.stdout, str(out), out.stderr, out.outputs[0].data]")
    assert (first.ok().stdout, first.stderr, first.displays, first.response["repr"]) == ("", "", [], None)
    assert second.ok().final == [5, "ä\n", "ä\n", "e\n", {"text/plain": "5"}]
    assert (second.stdout, second.stderr, len(second.displays)) == ("ä\n", "e\n", 1)


def test_the_options_of_a_captured_cell(harness):
    result = harness.run("%%capture --no-stdout --no-display\nprint('seen')\ndisplay(1)").ok()
    assert (result.stdout, len(result.displays)) == ("seen\n", 1)


def test_an_error_in_a_captured_cell_has_its_line_and_ends_the_capture(harness):
    first, second = harness.session("\n%%capture\n%pprint\nprint('hidden')\n1 / 0", "print('seen')")
    assert (first.error["type"], first.error["frames"][-1]["line"], first.stdout) == ("ZeroDivisionError", 5, "")
    assert second.ok().stdout == "seen\n"


def test_an_object_that_displays_itself(harness):
    code = "class A:\n    def _ipython_display_(self): display('own')\ndisplay(A())\nA()"
    shown = [display["data"] for display in harness.run(code).ok().displays]
    assert shown == [{"text/plain": "'own'"}] * 2


def test_scripts_and_documents_are_parts_of_a_display(harness):
    code = "class A:\n    def _repr_javascript_(self): return 'f()'\n    def _repr_pdf_(self): return b'%PDF'\nA()"
    data = harness.run(code).ok().displays[0]["data"]
    assert (data["application/javascript"], data["application/pdf"]) == ("f()", {"$base64": "JVBERg=="})


def test_bundles_films_and_folders_of_ipython(harness):
    result = harness.run(
        "from IPython.display import FileLinks, VimeoVideo, YouTubeVideo, display_json, publish_display_data\n"
        "import os; os.mkdir('d'); open('d/a', 'w').close()\npublish_display_data({'text/html': '<b>'})\n"
        "display(YouTubeVideo('x'), VimeoVideo('y'), FileLinks('d'))\ndisplay_json('{}', raw=True)"
    ).ok()
    data = [display["data"] for display in result.displays]
    assert (data[0]["text/html"], data[4]["application/json"]) == ("<b>", "{}")
    for number, part in ((1, "embed/x"), (2, "video/y"), (3, 'href="d/a"')):
        assert part in data[number]["text/html"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("_", "`store_last`"), ("__", "variable"), ("Out", "notebooks"), ("get_ipython", "does not run in a notebook")],
)
def test_names_of_notebooks_are_explained_in_the_error(harness, name, hint):
    error = harness.run(name).error
    assert error["message"].startswith(f"name '{name}' is not defined. ")
    assert hint in error["message"]
    caught = harness.run(f"try: {name}\nexcept NameError as error: text = str(error)\ntext").ok()
    assert caught.final == f"name '{name}' is not defined"
