# native: yes
"""unittest, unittest.mock and doctest run inside the program."""

import doctest
import io
import unittest
from unittest import mock


def double(x):
    """Double.

    >>> double(2)
    4
    >>> double("a")
    'aa'
    """
    return x * 2


class Tests(unittest.TestCase):
    def setUp(self):
        self.value = 2

    def test_passes(self):
        self.assertEqual(double(self.value), 4)

    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "bad"):
            raise ValueError("bad thing")

    def test_fails(self):
        self.assertEqual(1, 2)

    @unittest.skip("reason")
    def test_skipped(self):
        pass

    def test_mock(self):
        with mock.patch("json.dumps", return_value="patched") as patched:
            import json

            self.assertEqual(json.dumps(1), "patched")
        patched.assert_called_once_with(1)


result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped))
print(doctest.run_docstring_examples(double, {"double": double}), mock.MagicMock()[1].x() is not None)
