"""Displays: rich reprs as MIME bundles, at the moment they are displayed."""

RICH = """
class Rich:
    def __repr__(self): return "<rich>"
    def _repr_html_(self): return "<b>é</b>"
    def _repr_png_(self): return b"\\x89PNG"
    def _repr_svg_(self): return None
    def _repr_latex_(self): return ("$x$", {"width": 5})
    def _repr_json_(self): return {"a": [1, 2.5]}
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": "<i>b</i>", "application/x+json": {"k": 1}, "text/plain": "plain"}, {"text/html": {"isolated": True, "f": 1.5}}
    def _repr_html_(self): return "not this one"
"""


def test_a_rich_final_value_is_displayed(harness):
    result = harness.run(RICH + "Rich()").ok()
    assert result.repr == "<rich>"
    assert result.displays == [
        {
            "data": {
                "text/html": "<b>é</b>",
                "text/latex": "$x$",
                "image/png": {"$base64": "iVBORw=="},
                "application/json": '{"a": [1, 2.5]}',
                "text/plain": "<rich>",
            },
            "metadata": {"text/latex": {"width": 5}},
        }
    ]


def test_a_mime_bundle_comes_first(harness):
    (display,) = harness.run(RICH + "Bundle()").displays
    assert display["data"] == {"text/html": "<i>b</i>", "application/x+json": '{"k": 1}', "text/plain": "plain"}
    assert display["metadata"] == {"text/html": {"isolated": True, "f": 1.5}}


def test_plain_values_are_not_displayed(harness):
    for code in (
        "1",
        "'text'",
        "[1]",
        "print('x')",
        "class C: pass\nC()",
        "import sys; sys",
        "len",
        "int",
        RICH + "Rich",
    ):
        assert harness.run(code).ok().displays == []


def test_display_is_a_builtin_and_in_the_module_terrarium(harness):
    result = harness.run(
        RICH + "import terrarium\nfrom terrarium import display as d\nassert d is display is terrarium.display\n"
        "display(1, Rich())\nd('text')"
    ).ok()
    assert [sorted(display["data"]) for display in result.displays] == [
        ["text/plain"],
        ["application/json", "image/png", "text/html", "text/latex", "text/plain"],
        ["text/plain"],
    ]
    assert result.displays[0]["data"]["text/plain"] == "1"
    assert result.displays[2]["data"]["text/plain"] == "'text'"


def test_display_works_inside_modules(harness, tmp_path):
    (tmp_path / "helper.py").write_text("def show(): display(5)")
    assert len(harness.run("import helper; helper.show()").displays) == 1


def test_displays_are_sent_when_they_are_displayed(harness):
    result = harness.run("display(1)\nimport terrarium\n1/0\ndisplay(2)")
    assert [display["data"]["text/plain"] for display in result.displays] == ["1"]
    assert result.frames[0][:1] == b"D"


def test_raw_bundles_and_metadata(harness):
    result = harness.run("display({'text/html': '<p>', 'image/png': b'x'}, raw=True, metadata={'a': 1})")
    assert result.displays == [
        {"data": {"text/html": "<p>", "image/png": {"$base64": "eA=="}, "text/plain": ""}, "metadata": {"a": 1}}
    ]


def test_the_options_of_other_notebooks_are_accepted(harness):
    assert len(harness.run("display(1, display_id='x', clear=True)").ok().displays) == 1


def test_a_lone_surrogate_in_a_display_is_spelled_out(harness):
    result = harness.run("class R:\n    def _repr_html_(self): return 'a\\ud800'\nR()")
    assert result.displays[0]["data"]["text/html"] == "a\\ud800"


def test_failing_rich_reprs_are_left_out(harness):
    code = "class R:\n    def _repr_html_(self): 1/0\n    def _repr_markdown_(self): return '*m*'\nR()"
    (display,) = harness.run(code).ok().displays
    assert sorted(display["data"]) == ["text/markdown", "text/plain"]


def test_an_instance_that_answers_everything_is_not_rich(harness):
    code = "class A:\n    def __getattr__(self, name): return lambda *a, **k: 'x'\nA()"
    assert harness.run(code).ok().displays == []


def test_a_display_that_the_host_refuses_is_dropped(harness):
    prepare = (
        "import _terrarium.wire as wire\nreal = wire.writev\n"
        "def refuse(descriptor, buffers):\n    if buffers[0] == b'D': raise OSError(28, 'full')\n    return real(descriptor, buffers)\n"
        "wire.writev = refuse"
    )
    result = harness.run("display(1)\n2", prepare=prepare).ok()
    assert (result.displays, result.final) == ([], 2)


def test_include_and_exclude_choose_among_the_parts(harness):
    displays = harness.run(
        RICH + "display(Rich(), include=['text/latex'])\ndisplay(Rich(), exclude=['image/png', 'text/html'])"
    ).displays
    assert [sorted(display["data"]) for display in displays] == [
        ["text/latex", "text/plain"],
        ["application/json", "text/latex", "text/plain"],
    ]


def test_a_handle_updates_its_display(harness):
    result = harness.run(
        "h = display('a', display_id='x')\nh.update('b')\nh.display('c')\n[display('d'), repr(h)]"
    ).ok()
    assert result.final == [None, "<DisplayHandle display_id=x>"]
    frames = [(display["data"]["text/plain"], display.get("id"), display.get("update")) for display in result.displays]
    assert frames == [("'a'", "x", None), ("'b'", "x", True), ("'c'", "x", None), ("'d'", None, None)]


def test_an_identifier_is_made_or_taken_from_the_transient_data(harness):
    code = (
        "h, g = display(1, display_id=True), display(2, display_id=True)\n"
        "display(3, transient={'display_id': 't'})\n[h.display_id != g.display_id, len(h.display_id)]"
    )
    result = harness.run(code).ok()
    assert result.final == [True, 32]
    assert result.displays[2]["id"] == "t"
    assert harness.run("display(1, update=True)").error["message"] == "display_id required for update_display"


def test_a_mime_bundle_method_may_take_its_options_or_not(harness):
    code = (
        "class A:\n    def _repr_mimebundle_(self, include, exclude): return {'text/html': 'a'}\n"
        "class B:\n    def _repr_mimebundle_(self): return {'text/html': 'b'}\n"
        "display(A(), B())"
    )
    assert [display["data"]["text/html"] for display in harness.run(code).ok().displays] == ["a", "b"]


def test_a_picture_in_two_formats_is_sent_in_one(harness):
    code = "class P:\n    def _repr_png_(self): return b'p'\n    def _repr_jpeg_(self): return b'j'\nP()"
    (display,) = harness.run(code).ok().displays
    assert sorted(display["data"]) == ["image/png", "text/plain"]
