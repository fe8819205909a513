//! Libraries for the network: they are imported and work, up to the network itself, which is disabled.

use terrarium_core::{ExecutionResult, Packages, Status};
use terrarium_tests::{options, run_in, wheel};

/// Runs code with the packages that it imports, from the distribution that set-up made for the tests.
fn with_packages(code: &str) -> ExecutionResult {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus").to_owned();
    // The first run compiles the packages, which counts.
    run_in(options().packages(Packages::Auto).package_source(corpus).timeout(None), code)
}

/// Checks that the code prints exactly this.
fn prints(code: &str, expected: &str) {
    let result = with_packages(code);
    assert_eq!((result.status, result.stdout.as_str()), (Status::Success, expected), "{:?}", result.error);
}

#[test]
fn requests_and_urllib3_fail_as_without_a_network() {
    let code = r#"
import requests, urllib3
for url in "https://example.org/a?b=1", "http://127.0.0.1:9/":
    try:
        requests.get(url, timeout=3)
    except requests.exceptions.ConnectionError as error:
        print(type(error).__name__, "network is disabled by policy" in str(error))
try:
    urllib3.PoolManager().request("GET", "https://example.org", retries=False)
except urllib3.exceptions.HTTPError as error:
    print(type(error).__name__, "network is disabled by policy" in str(error))
"#;
    prints(code, "ConnectionError True\nConnectionError True\nNameResolutionError True\n");
}

#[test]
fn requests_are_prepared_and_answered_by_adapters() {
    let code = r#"
import requests
class Answer(requests.adapters.BaseAdapter):
    def send(self, request, **_):
        response = requests.Response()
        response.status_code, response._content, response.request = 200, request.body, request
        return response
    def close(self):
        pass
session = requests.Session()
session.mount("mock://", Answer())
print(session.post("mock://a/b", json={"x": 1}).json())
print(requests.Request("GET", "https://a.b/c", params={"q": ["1", "é"]}).prepare().url)
"#;
    prints(code, "{'x': 1}\nhttps://a.b/c?q=1&q=%C3%A9\n");
}

#[test]
fn httpx_fails_as_without_a_network_and_takes_other_transports() {
    let code = r#"
import asyncio, httpx
def attempt(work):
    try:
        print(work())
    except httpx.TransportError as error:
        print(type(error).__name__, error)
attempt(lambda: httpx.get("https://example.org"))
attempt(lambda: httpx.get("ftp://example.org/a"))
async def stream():
    async with httpx.AsyncClient() as client, client.stream("POST", "https://example.org", json=[]) as answer:
        return answer
attempt(lambda: asyncio.run(stream()))
answer = httpx.MockTransport(lambda request: httpx.Response(200, json=[request.method, request.url.path]))
with httpx.Client(transport=answer, base_url="https://a.b/c") as client:
    print(client.put("d").json())
print(isinstance(httpx.HTTPTransport(retries=2), httpx.BaseTransport), httpx.AsyncHTTPTransport.__mro__[1].__name__)
"#;
    let expected = "ConnectError the network is disabled by policy\n\
        UnsupportedProtocol the URL 'ftp://example.org/a' starts with neither http:// nor https://\n\
        ConnectError the network is disabled by policy\n['PUT', '/c/d']\nTrue AsyncBaseTransport\n";
    prints(code, expected);
}

#[test]
fn the_successor_of_httpx_receives_transports_that_refuse_too() {
    let dir = tempfile::tempdir().unwrap();
    let base = "class BaseTransport: pass\nclass AsyncBaseTransport: pass\n";
    let exceptions =
        "class ConnectError(Exception):\n    def __init__(self, message, request): super().__init__(message)\n";
    let transports =
        "from .base import BaseTransport\nfrom httpx2_jsfetch import JavascriptFetchTransport as HTTPTransport\n";
    let files = [
        ("httpx2/__init__.py", "from ._transports import HTTPTransport\nfrom ._exceptions import ConnectError\n"),
        ("httpx2/_exceptions.py", exceptions),
        ("httpx2/_transports/__init__.py", transports),
        ("httpx2/_transports/base.py", base),
    ];
    wheel(dir.path(), "httpx2", "2", &files, &["httpx2-jsfetch; sys_platform == 'emscripten'"]);
    wheel(dir.path(), "httpx2_jsfetch", "1", &[("httpx2_jsfetch/__init__.py", "import js\n")], &[]);
    let code = r#"
import httpx2, types
request = types.SimpleNamespace(url=types.SimpleNamespace(scheme="https"))
try:
    httpx2.HTTPTransport(retries=1).handle_request(request)
except httpx2.ConnectError as error:
    print(error, httpx2.HTTPTransport.__module__, httpx2.HTTPTransport.__mro__[1].__name__)
"#;
    let result = run_in(options().package("httpx2").package_source(dir.path().to_str().unwrap()), code);
    let expected = "the network is disabled by policy httpx2 BaseTransport\n";
    assert_eq!((result.status, result.stdout.as_str()), (Status::Success, expected), "{:?}", result.error);
}

#[test]
fn what_is_made_of_these_libraries_says_the_same() {
    let code = r#"
import openai, pandas
try:
    openai.OpenAI(api_key="x", max_retries=0).models.list()
except openai.APIConnectionError as error:
    print(repr(error.__cause__))
try:
    pandas.read_csv("https://example.org/a.csv")
except OSError as error:
    print(error)
"#;
    let expected = "ConnectError('the network is disabled by policy')\n\
        <urlopen error [Errno -4] the network is disabled by policy>\n";
    prints(code, expected);
}

#[test]
fn there_is_no_javascript_for_libraries_either() {
    let code = r#"
import urllib3, httpx, sys
for name in "js", "pyodide", "pyodide.http", "urllib3.contrib.emscripten.fetch":
    try:
        __import__(name)
        print(name)
    except ModuleNotFoundError:
        pass
print([name for name in sys.modules if "pyodide" in name or name == "js"])
"#;
    prints(code, "[]\n");
}
