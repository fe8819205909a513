"""Making an image: imports as in a program, imports that fail, and what modules read when they are imported."""

from __future__ import annotations

import json


def package(folder, name, **files):
    (folder / name).mkdir(parents=True)
    for file, text in files.items():
        (folder / name / f"{file}.py").write_text(text)


def made(harness, modules, *codes, **request):
    """Import modules, settle, and run programs; return the answers."""
    calls = [("prepare", {"modules": modules}, ""), ("settle", {}, "")]
    calls += [("execute", {"code": code, **request}, "") for code in codes]
    return [json.loads(result["answer"]) for result in harness.calls(calls)]


def test_a_module_that_keeps_main_meets_the_program(harness, tmp_path):
    (tmp_path / "keeper.py").write_text("import __main__\ndef value(): return __main__.x, __main__.__name__\n")
    code = "import keeper, sys\nx = 7\n[*keeper.value(), keeper.__main__ is sys.modules['__main__']]"
    prepared, _, first = made(harness, ["keeper"], code)
    assert prepared == {"failed": {}}
    assert first["repr"] == "[7, '__main__', True]"


def test_without_a_keeper_main_is_gone(harness):
    assert made(harness, ["colorsys"], "1", "import sys; [n for n in dir() if n[:2] != '__']")[3]["repr"] == "['sys']"


def test_a_failed_import_leaves_nothing_of_its_package(harness, tmp_path):
    package(tmp_path, "half", __init__="from half import a\nfrom half.b import c", a="import whole", b="1 / 0")
    package(tmp_path, "whole", __init__="from whole import part", part="")
    code = "import sys; sorted(n for n in sys.modules if n.split('.')[0] in ('half', 'whole'))"
    prepared, _, left = made(harness, ["half"], code, has_files=False)
    assert prepared == {"failed": {"half": "ZeroDivisionError: division by zero"}}
    assert left["repr"] == "['whole', 'whole.part']"


def test_a_failed_part_leaves_the_package_that_was_there(harness, tmp_path):
    package(tmp_path, "good", __init__="x = 1", bad="from good import more\n1 / 0", more="")
    code = "import sys, good; good.x, sorted(n for n in sys.modules if n.startswith('good'))"
    prepared, _, left = made(harness, ["good", "good.bad"], code, has_files=False)
    assert list(prepared["failed"]) == ["good.bad"]
    assert left["repr"] == "(1, ['good'])"


def test_variables_that_modules_read_are_named(harness, tmp_path):
    text = "import os\nos.environ.get('A_GET')\nos.getenv('A_GETENV')\n'A_IN' in os.environ\n"
    (tmp_path / "reader.py").write_text(text)
    _, settled, later = made(
        harness, ["reader"], "import os\nos.getenv('LATER')\ntype(os.environ).__getitem__.__name__"
    )
    assert {"A_GET", "A_GETENV", "A_IN"} <= set(settled["reads"])
    assert "LATER" not in settled["reads"]
    assert later["repr"] == "'__getitem__'"


def test_pythons_own_variables_take_effect(harness, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "viapath.py").write_text("V = 1")
    (tmp_path / "lib" / "json.py").write_text("mine = True")
    env = {"PYTHONPATH": "lib:lib", "PYTHONWARNINGS": "error::UserWarning, ignore::DeprecationWarning"}
    code = (
        "import sys, viapath, json, warnings\n"
        "try: warnings.warn('x')\nexcept UserWarning: raised = True\n"
        "[viapath.V, json.mine, raised, sys.warnoptions, sys.path[0], sys.path[1]]"
    )
    result = made(harness, ["json"], code, env=env)[2]
    here = str(tmp_path)
    expected = [1, True, True, ["error::UserWarning", "ignore::DeprecationWarning"], here, f"{here}/lib"]
    assert result["repr"] == repr(expected), result["error"]


def test_more_of_pythons_variables(harness):
    env = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONINTMAXSTRDIGITS": "1000", "PYTHONSAFEPATH": "1"}
    code = "import os, sys\nsys.dont_write_bytecode, sys.get_int_max_str_digits(), os.getcwd() in sys.path"
    assert harness.run(code, env=env).ok().repr == "(True, 1000, False)"
    assert harness.run("1", env={"PYTHONINTMAXSTRDIGITS": "much", "PYTHONPATH": ""}).ok().repr == "1"


def test_variables_that_need_a_running_interpreter(harness):
    def seen(code, **env):
        return harness.run(f"import asyncio, faulthandler, os, sys, tracemalloc, warnings\n{code}", env=env).ok().repr

    code = "sys.stdin.encoding, sys.stdout.encoding, sys.stdout.errors, sys.stderr.encoding, sys.stderr.errors"
    assert seen(code, PYTHONIOENCODING="latin-1") == str(
        ("latin-1", "latin-1", "strict", "latin-1", "backslashreplace")
    )
    usual = ("utf-8", "utf-8", "replace", "utf-8", "backslashreplace")
    assert seen(code, PYTHONIOENCODING=":replace") == seen(code, PYTHONIOENCODING="utf-8:replace") == str(usual)
    for wrong in ("nonsense", "utf-8:nonsense"):
        assert seen(code, PYTHONIOENCODING=wrong) == seen(code, PYTHONIOENCODING="")
    assert seen("tracemalloc.get_traceback_limit(), tracemalloc.is_tracing()", PYTHONTRACEMALLOC="7") == "(7, True)"
    assert seen("tracemalloc.is_tracing()", PYTHONTRACEMALLOC="much") == "False"
    assert seen("faulthandler.is_enabled()", PYTHONFAULTHANDLER="1") == "True"
    assert seen("os.cpu_count(), os.cpu_count.__name__", PYTHON_CPU_COUNT="3") == "(3, 'cpu_count')"
    assert seen("sys.pycache_prefix", PYTHONPYCACHEPREFIX="/tmp/c") == "'/tmp/c'"
    code = (
        "async def debugs(): return asyncio.get_running_loop().get_debug()\n"
        "sys.warnoptions, warnings.filters[0][0], faulthandler.is_enabled(), await debugs()"
    )
    assert seen(code, PYTHONDEVMODE="1", PYTHONWARNINGS="error") == "(['default', 'error'], 'error', True, True)"


def test_folders_and_files_without_code_hide_no_module(harness, tmp_path):
    (tmp_path / "json").mkdir()
    (tmp_path / "colorsys").write_text("")
    package(tmp_path, "keyword", __init__="mine = True")
    code = "import json, colorsys, keyword\njson.dumps(1), colorsys.ONE_THIRD > 0, keyword.mine"
    results = made(harness, ["json", "colorsys", "keyword"], code)
    assert results[2]["repr"] == "('1', True, True)", results[2]["error"]


def test_a_programs_own_module_wins_over_a_hook(harness):
    code = (
        "import importlib, pathlib, sys\n"
        "found = []\n"
        "for name in ('queue', 'random', 'socket', 'matplotlib', 'asyncio', 'calendar', 'threading'):\n"
        "    pathlib.Path(name + '.py').write_text('WHO = \"user\"')\n"
        "    for module in [m for m in sys.modules if m.split('.')[0] == name]: del sys.modules[module]\n"
        "    importlib.invalidate_caches()\n"
        "    found.append(importlib.import_module(name).WHO)\n"
        "set(found), len(found)"
    )
    assert harness.run(code).ok().repr == "({'user'}, 7)"


# Generators of all kinds: some drew their seeds, others were given their state.
KEEPER = """import colorsys, numpy as np, random
kinds = [np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64]
def given(kind, take, give):
    one = kind()
    give(one, take(kind(9)))
    return one
bits = lambda kind: given(kind, lambda bits: bits.state, lambda bits, state: setattr(bits, "state", state))
def kept():
    yield random.Random(3), np.random.default_rng(3), np.random.RandomState(3)
    yield given(random.Random, random.Random.getstate, random.Random.setstate),
    yield given(np.random.RandomState, np.random.RandomState.get_state, np.random.RandomState.set_state),
    yield tuple(np.random.Generator(kind(3)) for kind in kinds)
    yield tuple(np.random.Generator(bits(kind)) for kind in kinds)
drawn = [random.Random(), np.random.default_rng(), np.random.RandomState(), *(np.random.Generator(k()) for k in kinds)]
for one in drawn:
    for _ in range(1000):
        one.random()
drawn[0].gauss(), drawn[2].standard_normal()
# Modules of the library stay, unlike this one.
colorsys.drawn, colorsys.kept, colorsys.stay = drawn, kept, [one for some in kept() for one in some]
"""


def test_generators_that_drew_their_seeds_are_named_and_others_keep_their_state(harness, tmp_path):
    (tmp_path / "keeper.py").write_text(KEEPER)
    code = (
        "import random, numpy.random.bit_generator as bits\n"
        "from colorsys import drawn, kept, stay\n"
        "same = [one.random() for one in stay] == [one.random() for some in kept() for one in some]\n"
        "cached = drawn[0].gauss_next, drawn[2].get_state()[3]\n"
        "[same, cached, random.Random.seed.__module__, bits.randbits.__module__]"
    )
    _, settled, run = made(harness, ["keeper"], code)
    # The generators of the modules `random` and `numpy.random`, then those of the module.
    words = sorted(words for _, words in settled["generators"])
    assert words[-6:] == [6, 624, 624, 624, 624, 624]
    # Four generators, and the entropy and the words of the sequences that those named here have drawn.
    assert set(words[:-6]) == {4}
    assert len(words[:-6]) >= 4 + 2 * 7
    assert run["repr"] == "[True, (None, 0), 'random', 'random']"
