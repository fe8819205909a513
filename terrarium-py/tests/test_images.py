"""Images: built, saved, opened, listed."""

from __future__ import annotations

import dataclasses
import json

import pytest
import terrarium
from terrarium import Image


def test_an_image_is_built_saved_opened_and_used(tmp_path):
    steps = []
    image = Image.build(prepare="import fractions, json", progress=steps.append)
    assert all(isinstance(step, str) for step in steps)
    assert image.info.name == "prepared"
    path = tmp_path / "moved.timg"
    image.save(path)
    assert Image.inspect(path).is_complete
    opened = Image.open(path)
    sandbox = terrarium.Sandbox.on_image(opened, timeout=3)
    assert sandbox.execute("import sys; 'fractions' in sys.modules").final_expression is True
    assert terrarium.Sandbox(image=path).execute("1").status == "success"
    assert repr(opened).startswith("<Image ")


def test_images_are_listed_and_unused_ones_pruned(tmp_path):
    assert Image.build().info.path in [info.path for info in Image.list()]
    assert Image.list(tmp_path) == []
    assert Image.prune(tmp_path, unused_for=0.0) == []
    with pytest.raises(ValueError, match="unused_for"):
        Image.prune(tmp_path, unused_for=-1.0)


def test_all_that_is_said_of_an_image_is_there():
    image = Image.build()
    assert {field.name for field in dataclasses.fields(image.info)} == set(json.loads(image._inner.info()))


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "x.timg").write_bytes(b"no image")
    for use in (Image.open, Image.inspect):
        with pytest.raises(terrarium.ImageError) as error:
            use(tmp_path / "x.timg")
        assert error.value.path == str(tmp_path / "x.timg")
    with pytest.raises(TypeError, match=r"Image.build or Image.open"):
        Image()
    with pytest.raises(TypeError, match="image: expected an Image, not str"):
        terrarium.Sandbox.on_image("x")
    with pytest.raises(TypeError, match="unknown option 'no'"):
        Image.build(no=1)


def test_a_failing_preparation_is_an_error_of_the_host():
    with pytest.raises(terrarium.ImageError, match="ZeroDivisionError"):
        Image.build(prepare="1 / 0")
    with pytest.raises(KeyError, match="stop"):
        Image.build(prepare="import string; print('unlike any other')", progress=_fail)


def _fail(step):
    raise KeyError("stop")
