"""Figures of matplotlib: displays of the run that made them."""

from base64 import b64decode

import pytest

pytestmark = pytest.mark.science

HEAD = "import matplotlib.pyplot as plt\n"


@pytest.fixture(autouse=True)
def _needs_matplotlib(request):
    if request.config.getoption("--python") != __import__("sys").executable:
        pytest.skip("the packages belong to the interpreter of the tests")
    pytest.importorskip("matplotlib")


def titles(result):
    """The width in pixels of each display: the tests tell their figures apart by it."""
    found = []
    for display in result.displays:
        size = display["metadata"]["image/png"]
        data = b64decode(display["data"]["image/png"]["$base64"])
        assert data.startswith(b"\x89PNG")
        assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (
            size["width"],
            size["height"],
        )
        found.append(size["width"])
    return found


def figure(width):
    return f"plt.figure(figsize=({width / 100}, 1)).text(0.1, 0.1, 'x')\n"


def test_a_saved_figure_has_the_size_of_matplotlib_and_nothing_else_is_written(harness):
    result = harness.run(
        HEAD + "import os, struct\nfig, ax = plt.subplots(); ax.plot([1, 2])\n"
        "for kind in ('png', 'pdf', 'svg'): fig.savefig('figure.' + kind)\n"
        "plt.close()\n"
        "[sorted(os.listdir()), list(struct.unpack('>IIBB', open('figure.png', 'rb').read()[16:26]))]",
        boot={"env": {"HOME": str(harness.directory)}},
    ).ok()
    # 8 bits, colour type 6: red, green, blue, alpha.
    assert result.final == [["figure.pdf", "figure.png", "figure.svg"], [640, 480, 8, 6]]
    assert (result.displays, result.stderr) == ([], "")


def test_the_backend_is_agg(harness):
    assert harness.run(HEAD + "[plt.get_backend()]").ok().final == ["agg"]


def test_show_displays_the_figure_and_closes_it(harness):
    result = harness.run(HEAD + figure(200) + "plt.show()\nplt.get_fignums()").ok()
    assert result.final == []
    assert titles(result) == [200]
    (display,) = result.displays
    assert display["data"]["text/plain"] == "<Figure size 200x100 with 0 Axes>"
    assert result.stderr == ""


@pytest.mark.parametrize("backend", ["agg", "svg", "pdf"])
def test_show_displays_whichever_backend_the_program_chooses(harness, backend):
    code = f"import matplotlib\nmatplotlib.use({backend!r})\n" + HEAD + figure(200) + "plt.show()"
    result = harness.run(code, boot={"env": {"DISPLAY": ":0", "HOME": "/"}}).ok()
    assert (titles(result), result.stderr) == ([200], "")


def test_figures_left_open_are_displayed_in_the_order_of_creation(harness):
    code = (
        HEAD
        + figure(300)
        + "plt.figure(9, figsize=(2.5, 1)).text(0.1, 0.1, 'x')\n"
        + figure(200)
        + "plt.figure(1)\nplt.plot([1])\nprint('end')"
    )
    result = harness.run(code).ok()
    assert titles(result) == [300, 250, 200]


def test_figures_left_open_are_displayed_after_an_error(harness):
    assert titles(harness.run(HEAD + figure(200) + "1/0")) == [200]


@pytest.mark.parametrize(
    "code",
    [
        "fig = plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')\nfig",
        "fig = plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')\nplt.show()\nfig",
        "plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')",
        "fig = plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')\nfig.show()",
        "fig = plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')\ndisplay(fig)",
        "from matplotlib.figure import Figure\nfig = Figure(figsize=(2, 1)); fig.text(0.1, 0.1, 'x')\nfig",
        "fig = plt.figure(figsize=(2, 1)); plt.text(0.1, 0.1, 'x')\nplt.show(block=False)\nplt.pause(0.001)",
    ],
)
def test_a_figure_is_displayed_once(harness, code):
    result = harness.run(HEAD + code).ok()
    assert (titles(result), result.stderr) == ([200], "")


def test_a_figure_that_changed_is_displayed_again(harness):
    result = harness.run(
        HEAD + "fig = plt.figure(figsize=(2, 1)); fig.text(0, 0, 'x')\ndisplay(fig)\nfig.text(0.5, 0.5, 'x')\nfig"
    ).ok()
    assert titles(result) == [200, 200]


def test_axes_as_the_final_expression_are_a_value_and_their_figure_a_display(harness):
    result = harness.run(HEAD + figure(200) + "plt.gca()").ok()
    assert result.repr.startswith("<Axes")
    assert titles(result) == [200]


@pytest.mark.parametrize("end", ["", "plt.show()"])
def test_an_empty_figure_is_not_displayed(harness, end):
    result = harness.run(HEAD + figure(200) + "plt.show()\nplt.savefig('after.png')\nplt.figure()\n" + end)
    assert titles(result.ok()) == [200]


def test_a_closed_figure_is_not_displayed(harness):
    assert harness.run(HEAD + figure(200) + "plt.close()").ok().displays == []


def test_a_broken_figure_does_not_break_the_run_or_the_others(harness):
    code = HEAD + figure(200) + "plt.title(r'$\\nothing$')\n" + figure(300) + "plt.show()\n5"
    result = harness.run(code).ok()
    assert (titles(result), result.final) == ([300], 5)
    assert result.stderr.startswith("figure 1 cannot be displayed: ValueError: ")


def test_figures_do_not_leak_into_the_next_run_of_a_session(harness):
    first, second, third = harness.session(HEAD + figure(200) + "fig = plt.gcf()", "plt.get_fignums()", "fig")
    assert titles(first.ok()) == [200]
    assert (second.ok().final, second.displays) == ([], [])
    assert titles(third.ok()) == [200]


def test_an_interrupted_run_displays_nothing_more_and_closes_its_figures(harness):
    first, second = harness.session(
        HEAD + figure(200) + "import signal\nsignal.raise_signal(signal.SIGINT)", "plt.get_fignums()"
    )
    assert (first.error["type"], first.displays) == ("KeyboardInterrupt", [])
    assert (second.ok().final, second.displays) == ([], [])


def test_a_matplotlibrc_beside_the_program_counts(harness):
    (harness.directory / "matplotlibrc").write_text("figure.figsize: 2, 1\nfigure.dpi: 50\n")
    assert titles(harness.run(HEAD + "plt.plot([1])")) == [100]


def test_the_environment_counts(harness):
    result = harness.run(HEAD + "[plt.get_backend()]", boot={"env": {"MPLBACKEND": "svg", "HOME": "/"}}).ok()
    assert result.final == ["svg"]


def test_plots_of_pandas_are_displayed(harness):
    pytest.importorskip("pandas")
    result = harness.run("import pandas as pd\npd.DataFrame({'a': [1, 2]}).plot()").ok()
    assert titles(result) == [640]


def test_nothing_is_loaded_for_programs_without_figures(harness):
    harness.run("1")
    assert "_terrarium.figures" not in harness.last["modules"]


DRAWN = (
    "import io, numpy as np\nplt.plot([1, 2])\nfigure, drawn = plt.gcf(), []\n"
    "figure.canvas.mpl_connect('draw_event', lambda event: drawn.append(event))\n"
)


@pytest.mark.parametrize("arguments", ["io.BytesIO()", "'figure.png'", "io.BytesIO(), format='png', dpi='figure'"])
def test_saving_the_current_figure_draws_it_once_and_its_canvas_shows_it(harness, arguments):
    result = harness.run(
        HEAD + DRAWN + f"plt.savefig({arguments})\n"
        "saved, pixels = len(drawn), np.array(figure.canvas.buffer_rgba())\n"
        "figure.canvas.draw()\n"
        "same = bool((pixels == np.array(figure.canvas.buffer_rgba())).all())\n"
        "plt.close()\n"
        "[saved, figure.stale, same, list(pixels.shape), len(np.unique(pixels)) > 2, 'draw_idle' in vars(figure.canvas)]",
        boot={"env": {"HOME": str(harness.directory)}},
    ).ok()
    assert result.final == [1, False, True, [480, 640, 4], True, False]


@pytest.mark.parametrize(
    "arguments", ["dpi=50", "transparent=True", "format='pdf'", "facecolor='red'", "bbox_inches='tight'"]
)
def test_a_figure_that_is_saved_as_something_else_is_drawn_as_it_is_afterwards(harness, arguments):
    result = harness.run(
        HEAD + DRAWN + f"plt.savefig(io.BytesIO(), {arguments})\n"
        "pixels = np.array(figure.canvas.renderer.buffer_rgba())\n"
        "figure.canvas.draw()\n"
        "same = bool((pixels == np.array(figure.canvas.buffer_rgba())).all())\n"
        "plt.close()\n"
        "[figure.stale, same, list(pixels.shape)]"
    ).ok()
    assert result.final == [False, True, [480, 640, 4]]


def test_saving_and_showing_draws_twice(harness):
    result = harness.run(HEAD + DRAWN + "plt.savefig(io.BytesIO())\nplt.show()\nlen(drawn)").ok()
    assert result.final == 2
    assert titles(result) == [640]


def test_what_a_program_put_in_the_place_of_drawing_is_called_and_stays(harness):
    result = harness.run(
        HEAD + DRAWN + "figure.canvas.draw_idle = lambda: drawn.append(None)\n"
        "plt.savefig(io.BytesIO())\nstays = 'draw_idle' in vars(figure.canvas)\nplt.close()\n"
        "[drawn[-1], len(drawn), stays]"
    ).ok()
    assert result.final == [None, 2, True]
