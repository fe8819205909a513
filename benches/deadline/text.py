"""Long calls of texts: searches, patterns, codecs, parsers."""

import ast
import base64
import binascii
import codecs
import csv
import datetime
import difflib
import email
import fnmatch
import html
import io
import itertools
import json
import marshal
import pickle
import re
import string
import textwrap
import tokenize
import tomllib
import unicodedata
import urllib.parse
import xml.etree.ElementTree as etree


def pattern_backtracks():
    yield
    re.match(r"(a+)+$", "a" * 60 + "b")


def pattern_alternatives():
    yield
    re.match(r"(?:a|a)*$", "a" * 60 + "b")


def pattern_references():
    yield
    re.search(r"(.*)(.*)(.*)(.*)\1\2\3\4x", "ab" * 200)


def pattern_lookahead():
    yield
    re.search(r"(?=(.*?)*b)c", "a" * 40)


def pattern_search():
    text = "a" * 2_000_000
    yield
    re.search(r"a*a*b", text)


def pattern_replace():
    text = "ab " * 5_000_000
    yield
    while True:
        re.sub(r"\w+", "x", text)


def pattern_compile():
    text = "|".join(map(str, range(300_000)))
    yield
    re.compile(text)


def pattern_glob():
    names = [f"{n}.text" for n in range(300_000)]
    yield
    while True:
        fnmatch.filter(names, "*1*2*3*.t?xt")


def text_replace():
    text = "ab" * 10_000_000
    yield
    while True:
        text.replace("a", "cc")


def text_join():
    yield
    "".join(itertools.repeat("", 10**8))


def text_translate():
    text = "abc" * 10_000_000
    table = str.maketrans("abc", "äöü")
    yield
    while True:
        text.translate(table)


def text_count():
    text = "ab" * 20_000_000
    yield
    while True:
        text.count("ba")


def text_find():
    text, part = "a" * 20_000_000, "a" * 1_000_000 + "b" + "a" * 1_000_000
    yield
    while True:
        text.find(part)


def text_find_backwards():
    text, part = "a" * 2_000_000, "b" + "a" * 10_000
    yield
    while True:
        text.rfind(part)


def text_split():
    text = "a " * 5_000_000
    yield
    while True:
        text.split()


def text_upper():
    text = "straße" * 2_000_000
    yield
    while True:
        text.upper()


def text_compare():
    one, two = "a" * 100_000_000, "a" * 100_000_000
    yield
    while True:
        one == two


def text_format():
    yield
    while True:
        f"{1:>100000000}"


def text_interpolate():
    yield
    while True:
        "%100000000d" % 1  # noqa: UP031


def text_lines():
    text = "a\r\n" * 5_000_000
    yield
    while True:
        text.splitlines()


def text_tabs():
    text = "a\t" * 5_000_000
    yield
    while True:
        text.expandtabs(7)


def encode():
    text = "aé€" * 10_000_000
    yield
    while True:
        text.encode("utf-8")


def encode_utf7():
    text = "aé€" * 5_000_000
    yield
    while True:
        text.encode("utf-7")


def encode_punycode():
    text = "".join(map(chr, range(200, 40_000)))
    yield
    text.encode("punycode")


def decode_errors():
    data = b"\xff" * 10_000_000
    yield
    while True:
        data.decode("utf-8", "backslashreplace")


def decode_chinese():
    data = "汉字".encode("gb18030") * 5_000_000
    yield
    while True:
        data.decode("gb18030")


def escape_decode():
    data = b"\\x41" * 10_000_000
    yield
    while True:
        codecs.escape_decode(data)


def normalise():
    text = "é\u0301\u0327" * 5_000_000
    yield
    while True:
        unicodedata.normalize("NFKC", text)


def normalise_marks():
    text = "a" + "\u0301\u0327" * 1_000_000
    yield
    unicodedata.normalize("NFD", text)


def base85():
    data = bytes(20_000_000)
    yield
    while True:
        base64.b85encode(data)


def hexadecimal():
    data = bytes(50_000_000)
    yield
    while True:
        binascii.hexlify(data, "-")


def checksum():
    data = bytes(100_000_000)
    yield
    while True:
        binascii.crc32(data)


def json_read():
    text = "[" + "1," * 10_000_000 + "1]"
    yield
    while True:
        json.loads(text)


def json_read_depths():
    text = '{"a":[' * 200 + "]}" * 200
    yield
    while True:
        json.loads(text)


def json_write():
    value = [[1.5] * 1000] * 5_000
    yield
    while True:
        json.dumps(value)


def json_write_python():
    value = [[1.5] * 1000] * 5_000
    yield
    json.dump(value, io.StringIO(), indent=1)


def pickle_write():
    value = [str(n) for n in range(500_000)]
    yield
    while True:
        pickle.dumps(value)


def pickle_read():
    data = pickle.dumps([(n, str(n)) for n in range(200_000)])
    yield
    while True:
        pickle.loads(data)


def pickle_grows():
    # Each step doubles what the text stands for.
    data = b"(" + b"(lp0\n" + b"0g0\n" * 5_000_000 + b"."
    yield
    while True:
        try:
            pickle.loads(data)
        except Exception:
            continue


def marshal_write():
    value = [[n, str(n)] for n in range(200_000)]
    yield
    while True:
        marshal.loads(marshal.dumps(value))


def csv_read():
    lines = ["1,2,3,4,5,6,7,8"] * 500_000
    yield
    while True:
        list(csv.reader(lines))


def csv_field():
    csv.field_size_limit(10**9)
    line = '"' + "a" * 50_000_000 + '"'
    yield
    while True:
        next(csv.reader([line]))


def csv_sniff():
    text = "a,b;c|d\n" * 100_000
    yield
    csv.Sniffer().sniff(text)


def python_parse():
    text = "x = [" + "1, " * 3_000_000 + "]"
    yield
    ast.parse(text)


def python_compile():
    text = "x = 1\n" * 1_000_000
    yield
    compile(text, "c", "exec")


def python_literal():
    text = "[" + "1," * 3_000_000 + "]"
    yield
    ast.literal_eval(text)


def python_tokens():
    text = "a + b\n" * 300_000
    yield
    list(tokenize.generate_tokens(io.StringIO(text).readline))


def xml_read():
    text = "<a>" + "<b c='d'>e</b>" * 2_000_000 + "</a>"
    yield
    etree.fromstring(text)


def xml_attribute():
    text = "<a b='" + "x &amp; " * 5_000_000 + "'/>"
    yield
    while True:
        etree.fromstring(text)


def xml_write():
    root = etree.Element("a")
    root.extend([etree.Element("b")] * 1_000_000)
    yield
    etree.tostring(root)


def html_escape():
    text = "&amp;&lt;" * 3_000_000
    yield
    while True:
        html.unescape(text)


def toml_read():
    text = "a = [" + "1, " * 1_000_000 + "]"
    yield
    tomllib.loads(text)


def mail_read():
    text = "A: b\n" * 500_000 + "\n"
    yield
    email.message_from_string(text).items()


def query_read():
    text = "a=b&" * 2_000_000
    yield
    urllib.parse.parse_qs(text)


def wrap():
    text = "word " * 1_000_000
    yield
    textwrap.fill(text)


def differences():
    one, two = "ab" * 20_000, "ba" * 20_000
    yield
    difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()


def template():
    text = string.Template("$a " * 2_000_000)
    yield
    while True:
        text.substitute(a="b")


def dates():
    yield
    while True:
        datetime.datetime.strptime("2026-01-02 03:04:05", "%Y-%m-%d %H:%M:%S").strftime("%c")
