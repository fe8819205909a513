"""KeyboardInterrupt at any place: in the program, in what it left behind, and in the harness itself."""

import json

import pytest


def test_a_program_is_interrupted(harness):
    result = harness.run(
        "import signal, _thread\nprint('before', end='')\ntry:\n    _thread.interrupt_main()\n    while True: pass\nfinally:\n    print('|finally')"
    )
    assert result.error["type"] == "KeyboardInterrupt"
    assert result.error["line"] in (4, 5)
    assert result.stdout == "before|finally\n"
    assert result.traceback.endswith("\nKeyboardInterrupt\n")
    assert "_terrarium" not in result.traceback


def test_a_program_may_handle_the_interrupt(harness):
    result = harness.run(
        "import _thread\ntry:\n    _thread.interrupt_main()\n    while True: pass\nexcept KeyboardInterrupt:\n    x = 'caught'\nx"
    )
    assert result.ok().final == "caught"


def test_a_session_lives_on_after_an_interrupt(harness):
    results = harness.session("x = 1\nimport _thread\n_thread.interrupt_main()\nwhile True: pass", "x + 1")
    assert results[0].error["type"] == "KeyboardInterrupt"
    assert results[1].ok().final == 2


@pytest.mark.parametrize(
    "code",
    [
        "class H:\n    def __repr__(self):\n        _thread.interrupt_main()\n        while True: pass\nH()",
        "class H:\n    def __repr__(self):\n        _thread.interrupt_main()\n        while True: pass\n[1, H()]",
        "class H:\n    def _repr_html_(self):\n        _thread.interrupt_main()\n        while True: pass\nH()",
        "class E(Exception):\n    def __str__(self):\n        _thread.interrupt_main()\n        while True: pass\nraise E",
        "import atexit\n@atexit.register\ndef f():\n    _thread.interrupt_main()\n    while True: pass\n5",
        "import sys\nclass S:\n    def write(self, t): pass\n    def flush(self):\n        _thread.interrupt_main()\n        while True: pass\nsys.stdout = S()",
        "import sys\ndef hook(*a):\n    _thread.interrupt_main()\n    while True: pass\nsys.excepthook = hook\n1/0",
        "import asyncio\nasync def f():\n    _thread.interrupt_main()\n    while True: await asyncio.sleep(0)\nawait f()",
        "import asyncio\nasync def f():\n    _thread.interrupt_main()\n    await asyncio.sleep(600)\nasyncio.run(f())",
        "import asyncio\nasync def f():\n    try:\n        await asyncio.sleep(600)\n    finally:\n        _thread.interrupt_main()\n        while True: pass\n"
        "t = asyncio.create_task(f())\nawait asyncio.sleep(0)",
        "raise SystemExit(type('C', (), {'__str__': lambda s: [_thread.interrupt_main(), [0 for _ in iter(int, 1)]]})())",
    ],
)
def test_user_code_that_never_ends_is_interrupted_wherever_it_is_called(harness, code):
    result = harness.run("import _thread\n" + code)
    assert result.status == "error"
    assert result.error["type"] in {"KeyboardInterrupt", "E", "ZeroDivisionError", "SystemExit"}
    assert result.seconds < 10


# Raises SIGINT at the n-th opcode that runs outside of the program itself, counted from the call of `execute`.
TRACER = """
import sys, signal, _thread
count = 0
target = {target}
def trace(frame, event, arg):
    global count
    if "_terrarium" not in frame.f_code.co_filename:
        return None
    frame.f_trace_opcodes = True
    if event == "opcode":
        count += 1
        if count == target:
            sys.settrace(None)
            _thread.interrupt_main()
            for _ in range(3): pass
            return None
    return trace
import _terrarium.run as run
# The harness ends tracing as programs might have begun it; here it is the test that traces.
run.gettrace = lambda: None
def execute(request, real=harness.execute):
    sys.settrace(trace)
    try:
        return real(request)
    finally:
        sys.settrace(None)
harness.execute = execute
harness.count = lambda request: str(count).encode()
"""

PROGRAMS = ["1 + 1", "[1, (2,)]", "1/0", "import sys\nprint('x')\nsys.exit(3)", "x = ("]


@pytest.mark.parametrize("code", PROGRAMS)
def test_an_interrupt_at_any_opcode_of_the_harness_leaves_a_response_and_a_session(harness, version, code):
    request = {"code": code, "keep": True, "outputs": ["x"]}
    calls = [("execute", request, ""), ("count", {}, "")]
    total = int(harness.calls(calls, prepare=TRACER.format(target=-1))[1]["answer"])
    if not total and version == (3, 12):
        pytest.skip("early versions of Python 3.12 do not trace opcodes")
    assert total > 500
    step = max(total // 80, 1)
    interrupted = 0
    # Between the last few opcodes CPython does not look for signals; the tracing function would.
    for target in range(1, total - 5, step):
        results = harness.calls(
            [
                ("execute", request, ""),
                ("execute", {"code": "'alive'", "keep": True}, ""),
                ("execute", {"code": "'alive'", "keep": True}, ""),
            ],
            prepare=TRACER.format(target=target),
        )
        response = json.loads(results[0]["answer"])
        assert response["status"] in {"success", "error"}, target
        kind = (response["error"] or {}).get("type")
        # An interrupt that comes while the text of the response is put together comes too late.
        late = target > total - 100
        expected = {"KeyboardInterrupt", "ZeroDivisionError", "SystemExit", "SyntaxError"}
        assert kind in expected or late, (target, total, response)
        interrupted += kind == "KeyboardInterrupt"
        after = [json.loads(result["answer"]) for result in results[1:]]
        assert [answer["repr"] for answer in after] == ["'alive'", "'alive'"], (target, after)
    assert interrupted > 0 or code == "x = ("


def test_the_host_hears_first_that_user_code_was_left(harness):
    results = harness.session(
        "import _thread\n_thread.interrupt_main()\nwhile True: pass", "1 + 1", "raise KeyboardInterrupt"
    )
    assert results[0].error["line"] in (2, 3)
    assert results[0].frames[:1] == [b"U"]
    assert [result.frames[:1] == [b"U"] for result in results[1:]] == [False, False]


def test_the_host_hears_who_has_the_word_after_an_interrupt(harness):
    code = (
        "import _thread, atexit\n@atexit.register\ndef f():\n    _thread.interrupt_main()\n    while True: pass\n"
        "class H:\n    def __repr__(self):\n        _thread.interrupt_main()\n        while True: pass\nH()"
    )
    words = [frame for frame in harness.run(code).frames if frame in (b"U", b"P")]
    assert words[:3] == [b"U", b"P", b"U"]
    assert words == [b"U", *[b"P", b"U"] * (len(words) // 2)]
