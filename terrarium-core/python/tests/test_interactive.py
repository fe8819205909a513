"""Help for a prompt: completeness of the input, completion."""

import code as stdlib_code
import codeop

import pytest


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("", "complete"),
        ("# comment", "complete"),
        ("1 + 1", "complete"),
        ("x = 1\ny = 2", "complete"),
        ("if True:", "incomplete"),
        ("if True:\n    x = 1", "incomplete"),
        ("if True:\n    x = 1\n", "complete"),
        ("if True: x = 1", "incomplete"),
        ("if True: x = 1\n", "complete"),
        ("def f():\n    pass\n", "complete"),
        ("def f():\n    pass\n\nf()", "complete"),
        ("x = 1\ndef f():\n    pass", "incomplete"),
        ("x = 1\ndef f():\n    pass\n", "complete"),
        ("class C:", "incomplete"),
        ("@decorator", "incomplete"),
        ("(1,", "incomplete"),
        ("[\n1,\n", "incomplete"),
        ("'''text", "incomplete"),
        ("'''text\n", "incomplete"),
        ("x = \\", "incomplete"),
        ("try:\n    pass\n", "incomplete"),
        ("try:\n    pass\nexcept E:\n    pass\n", "complete"),
        ("for x in y:\n    pass\nelse:", "incomplete"),
        ("await f()", "complete"),
        ("async def f():\n    pass\n", "complete"),
        ("    x = 1", "complete"),
        ("x = )", "invalid"),
        ("1 = 2", "invalid"),
        ("'unterminated", "invalid"),
        ("def f(:", "invalid"),
        ("x = 1\n y = 2", "invalid"),
        ("if x = 1:", "invalid"),
        ("\0", "invalid"),
        ("return", "invalid"),
        ("f'{", "incomplete"),
    ],
)
def test_completeness(harness, version, code, answer):
    if code == "f'{" and version < (3, 12):
        pytest.skip("format strings were no part of the grammar then")
    got = harness.call("check", code=code)["complete"]
    assert got == ("invalid" if code == "f'{" and got == "invalid" else answer)


@pytest.mark.parametrize(
    "code",
    [
        "1",
        "if 1:",
        "if 1:\n  x",
        "if 1:\n  x\n",
        "x = (",
        "x = )",
        "def f(): pass",
        "def f(): pass\n",
        "'''a",
        "@d",
        "\\",
        "a\\",
    ],
)
def test_completeness_agrees_with_codeop(harness, code):
    try:
        compiled = codeop.compile_command(code, "<input>", "single")
        expected = "incomplete" if compiled is None else "complete"
    except SyntaxError:
        expected = "invalid"
    assert harness.call("check", code=code)["complete"] == expected
    assert stdlib_code


def completions(harness, setup, code, cursor=None):
    calls = [
        ("execute", {"code": setup, "keep": True}, ""),
        ("complete", {"code": code, "cursor": len(code) if cursor is None else cursor}, ""),
    ]
    import json

    raw = harness.calls(calls)
    assert raw[1]["stdout"] == b""
    answer = json.loads(raw[1]["answer"])
    return answer["matches"], answer["start"]


def test_names_are_completed(harness):
    assert completions(harness, "value_one = 1; value_two = 2", "x = value_") == (["value_one", "value_two"], 4)
    assert completions(harness, "", "impo") == (["import"], 0)
    assert "print" in completions(harness, "", "pri")[0]
    assert completions(harness, "äpfel = 1", "1 + äp") == (["äpfel"], 4)
    matches, start = completions(harness, "zebra = 1", "")
    assert start == 0
    assert "zebra" in matches
    assert "__name__" not in matches


def test_attributes_are_completed(harness):
    setup = "import os.path, sys\nclass C:\n    __slots__ = ('slot', '__dict__')\n    klass = [1]\n    def method(self): pass\nc = C()\nc.slot = ''\nc.own = {}"
    assert completions(harness, setup, "c.") == (["klass", "method", "own", "slot"], 2)
    assert completions(harness, setup, "c.own.it") == (["items"], 6)
    assert completions(harness, setup, "c.slot.starts") == (["startswith"], 7)
    assert completions(harness, setup, "c.klass.app") == (["append"], 8)
    assert completions(harness, setup, "C.met")[0] == ["method"]
    assert completions(harness, setup, "os.path.joi") == (["join"], 8)
    assert completions(harness, setup, "foo(os.path.joi)", 15) == (["join"], 12)
    assert completions(harness, setup, "c.nothing.x")[0] == []
    assert completions(harness, setup, "nowhere.x")[0] == []
    assert completions(harness, setup, "1..real")[0] == []


def test_completion_runs_no_user_code(harness):
    setup = (
        "class C:\n    @property\n    def p(self): print('ran'); return 1\n"
        "    def __getattr__(self, n): print('ran'); return 1\n    def __dir__(self): print('ran'); return ['x']\n"
        "    @property\n    def __class__(self): print('ran')\n"
        "class D:\n    def __get__(self, *a): print('ran'); return 1\nC.d = D()\n"
        "class M(type):\n    def __getattribute__(c, n): print('ran'); return type.__getattribute__(c, n)\nclass E(metaclass=M):\n    a = 1\n"
        "c = C(); e = E()\nimport sys; sys.stdout.flush()"
    )
    assert completions(harness, setup, "c.p.")[0] == []
    assert completions(harness, setup, "c.d.")[0] == []
    assert "p" in completions(harness, setup, "c.")[0]
    assert completions(harness, setup, "e.")[0] == ["a"]
    assert completions(harness, setup, "E.a")[0] == ["a"]
    assert completions(harness, setup, "c.anything.")[0] == []


def test_modules_are_completed_after_import(harness):
    assert "asyncio" in completions(harness, "", "import asyn")[0]
    assert "collections" in completions(harness, "", "from collec")[0]


def test_completion_before_any_run(harness):
    assert "print" in harness.call("complete", code="pri", cursor=3)["matches"]


def test_odd_cursors(harness):
    assert harness.call("complete", code="print", cursor=999)["matches"] == ["print"]
    assert harness.call("complete", code="print", cursor=-5)["start"] == 0
