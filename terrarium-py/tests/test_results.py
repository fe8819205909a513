"""Results: exceptions on request, JSON, pickles, and what people see."""

from __future__ import annotations

import json
import pickle

import pytest
import terrarium


def test_raise_for_status_raises_with_the_guests_traceback(sandbox):
    assert sandbox.execute("1").raise_for_status().final_expression == 1
    with pytest.raises(terrarium.ExecutionError, match="ZeroDivisionError: division by zero") as error:
        sandbox.execute("def f(): 1 / 0\nf()").raise_for_status()
    assert error.value.result.error.type == "ZeroDivisionError"
    assert not isinstance(error.value, terrarium.TerrariumError)
    notes = getattr(error.value, "__notes__", None)
    assert notes is None or 'File "main.py", line 1, in f' in notes[0]
    assert pickle.loads(pickle.dumps(error.value)).result == error.value.result
    with pytest.raises(terrarium.ExecutionError, match=r"(?i)time"):
        sandbox.execute("while True: pass", timeout=0.2).raise_for_status()


def test_the_json_form_has_every_attribute(sandbox):
    result = sandbox.execute("import sys; sys.stdout.buffer.write(b'\\xff'); sys.stderr.buffer.write(b'\\xff'); 1")
    parts = result.to_dict()
    assert json.loads(result.to_json()) == parts
    for name in parts:
        assert hasattr(result, name), name
    assert (result.stdout, result.stdout_bytes, result.stderr_bytes) == ("\ufffd", b"\xff", b"\xff")
    from terrarium import Frame, Metrics, PythonError

    error = sandbox.execute("1/0").to_dict()["error"]
    assert list(PythonError._fields) == list(error)
    assert list(Frame._fields) == list(error["frames"][0])
    assert list(Metrics._fields) == list(parts["metrics"])


def test_results_pickle_and_compare(sandbox):
    result = sandbox.execute("open('f', 'wb').write(b'\\xff'); display('shown'); {1: (2, 10 ** 30)}")
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert (again.final_expression, again.output_files) == ({1: (2, 10**30)}, {"f": b"\xff"})
    assert again.displays[0].data["text/plain"] == "'shown'"
    assert again != sandbox.execute("1")


def test_attributes_are_converted_once(sandbox):
    result = sandbox.execute("[1]")
    assert result.final_expression is result.final_expression
    result.final_expression.append(2)
    assert result.final_expression == [1, 2]


def test_a_repr_is_one_short_line(sandbox):
    text = repr(sandbox.execute("print('a\\nb' * 1000); open('f', 'w').write('x'); 'y' * 1000"))
    assert text.startswith("<ExecutionResult success, final_expression='yyy")
    assert "\n" not in text
    assert len(text) < 400
    assert repr(sandbox.execute("1/0")) == "<ExecutionResult error, ZeroDivisionError: division by zero>"


def test_html_shows_all_and_runs_no_script(sandbox):
    code = """
class Page:
    def _repr_html_(self): return '<script>alert("1")</script><b>bold</b>'
class Drawing:
    def _repr_svg_(self): return '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
display(Page()); display(Drawing())
print('<script>out</script>')
open('<b>.txt', 'w').write('1')
1 / 0"""
    result = sandbox.execute(code)
    html = result._repr_html_()
    assert "<script" not in html
    assert "onload" not in html
    assert '<iframe sandbox=""' in html
    assert "&lt;script&gt;out" in html
    assert "ZeroDivisionError" in html
    assert "data:image/svg+xml;base64," in html
    assert result._repr_mimebundle_()["text/html"] == html
    assert "&lt;b&gt;.txt" in html


def test_an_image_cannot_leave_its_element(sandbox):
    code = """
class Image:
    def _repr_mimebundle_(self, **_): return {"image/png": 'x" onerror="alert(1)', "text/plain": ""}, {"image/png": {"width": '1" onload="x'}}
display(Image())"""
    html = sandbox.execute(code)._repr_html_()
    assert 'onerror="' not in html
    assert 'onload="' not in html


def test_show_prints_what_a_terminal_can_show(sandbox, capsys):
    sandbox.execute("print('out'); display('shown'); 6 * 7").show()
    assert capsys.readouterr().out == "out\n'shown'\n42\n"
    sandbox.execute("1/0").show()
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().out
