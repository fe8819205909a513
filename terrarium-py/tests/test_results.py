"""Results: exceptions on request, JSON, pickles, and what people see."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest
import terrarium


def names(record) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


def test_raise_for_status_raises_with_the_guests_traceback(sandbox):
    assert sandbox.execute("1").raise_for_status().final_expression == 1
    with pytest.raises(terrarium.ExecutionError, match="ZeroDivisionError: division by zero") as error:
        sandbox.execute("def f(): 1 / 0\nf()").raise_for_status()
    assert error.value.result.error.type == "ZeroDivisionError"
    assert isinstance(error.value, terrarium.TerrariumError)
    assert error.value.code == "execution"
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
    assert names(PythonError) == list(error)
    assert names(Frame) == list(error["frames"][0])
    assert names(Metrics) == list(parts["metrics"])


def test_results_pickle_and_compare(sandbox):
    result = sandbox.execute("open('f', 'wb').write(b'\\xff'); display('shown'); {1: (2, 10 ** 30)}")
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert (again.final_expression, again.output_files) == ({1: (2, 10**30)}, {"f": b"\xff"})
    assert again.displays[0].data["text/plain"] == "'shown'"
    assert again != sandbox.execute("1")


def test_records_are_frozen_and_pickle_compare_and_hash(sandbox, session):
    session.write_file("a", "text")
    result = sandbox.execute("display('shown'); 1 / 0")
    image = terrarium.Image.build()
    column, labels = terrarium.Column("i8", {"values": [0]}), terrarium.Index(["n"], {"values": range(1)})
    records = [
        result.error, result.error.frames[0], result.metrics, result.displays[0], session.list_files()[0],
        session.complete("impo", 4), image.info, terrarium.about(), terrarium.StoredPackage("six", "1", 5, True, "/d"),
        terrarium.DownloadProgress("six.whl", 1, None, 1, None), terrarium.Opaque("a.B", "<B>"), terrarium.Array("i8", (1,), [0]),
        column, labels, terrarium.Series("n", labels, column), terrarium.Table((1, 1), labels, labels, [column]),
    ]  # fmt: skip
    for record in records:
        assert pickle.loads(pickle.dumps(record)) == record == copy.deepcopy(record)
        assert not hasattr(record, "__dict__"), "slots"
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, names(record)[0], None)
        with pytest.raises(TypeError):
            iter(record)
        can_hash = not any(isinstance(getattr(record, name), (list, dict)) for name in names(record))
        if can_hash:
            assert hash(record) == hash(copy.deepcopy(record))
        else:
            with pytest.raises(TypeError, match="unhashable"):
                hash(record)
    assert repr(records[4]) == "FileInfo(path='a', size=4)"
    assert len({type(record) for record in records}) == 16


def test_the_repr_of_a_record_cuts_what_is_long():
    display = terrarium.Display({"image/png": "A" * 10_000}, {})
    assert len(repr(display)) < 200
    assert repr(display).startswith("Display(data={'image/png': 'AAA")
    assert repr(display).endswith("..., metadata={}, id=None)")


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
