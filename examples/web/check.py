"""The test of the example servers. Starts the server that the arguments name and sends it requests over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
from collections.abc import Iterator

COMMAND = sys.argv[1:]
ADDRESS = re.compile(r"http://(127\.0\.0\.1):(\d+)")
# A run that ends only if it is stopped. It prints nothing, so that the server does not notice by writing.
SILENT = "import time\nprint('started', flush=True)\nwhile True: time.sleep(0.01)"


class Server(unittest.TestCase):
    """One server for all tests."""

    address: tuple[str, int]
    process: subprocess.Popen[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the server on a free port, which it names."""
        environment = {**os.environ, "PORT": "0"}
        cls.process = subprocess.Popen(
            COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert cls.process.stdout
        for line in cls.process.stdout:
            print(line, end="")
            if found := ADDRESS.search(line):
                cls.address = (found[1], int(found[2]))
                break
        else:
            raise AssertionError("the server ended before it listened")
        # Nothing must fill the pipe.
        threading.Thread(target=cls.process.stdout.read, daemon=True).start()

    @classmethod
    def tearDownClass(cls) -> None:
        """End the server."""
        cls.process.terminate()
        cls.process.wait(10)
        assert cls.process.stdout
        cls.process.stdout.close()

    def ask(
        self, method: str, path: str, body: object = None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send a request and give the connection and the response, whose body is not read yet."""
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        self.addCleanup(connection.close)
        if body is None:
            connection.request(method, path)
        else:
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        return connection, connection.getresponse()

    def run_code(self, code: str) -> dict[str, object]:
        """The answer of `/run`."""
        _, response = self.ask("POST", "/run", {"code": code})
        assert response.status == 200
        return json.load(response)

    def read_until(self, response: http.client.HTTPResponse, output: str) -> Iterator[dict[str, str]]:
        """Read pieces until they are the output, and give the lines that follow."""
        lines = map(json.loads, response)
        seen = ""
        while seen != output:
            assert output.startswith(seen), seen
            seen += next(lines)["stdout"]
        return lines

    def running(self) -> int:
        """How many runs are in progress."""
        return json.load(self.ask("GET", "/running")[1])

    def wait_for(self, count: int) -> None:
        """Wait until that many runs are in progress; much shorter than the limits of the server."""
        end = time.monotonic() + 5
        while self.running() != count:
            assert time.monotonic() < end, f"{self.running()} runs are in progress, not {count}"
            time.sleep(0.02)

    def test_a_run_is_answered(self) -> None:
        """The answer has the stream and the final value."""
        answer = self.run_code("print('hi')\n6 * 7")
        assert answer == {"status": "success", "stdout": "hi\n", "value": "42", "error": None}

    def test_an_exception_is_an_answer(self) -> None:
        """A failure of the code is no failure of the server."""
        answer = self.run_code("1 / 0")
        assert (answer["status"], answer["error"]) == ("error", "division by zero")

    def test_a_body_without_code_is_refused(self) -> None:
        """The status is one of the 4xx."""
        assert self.ask("POST", "/run", {"cod": "1"})[1].status == 422

    def test_output_arrives_while_the_code_runs(self) -> None:
        """The first line arrives while the run is in progress, the status last."""
        _, response = self.ask(
            "POST", "/stream", {"code": "import time\nprint('one', flush=True)\ntime.sleep(1)\nprint('two')"}
        )
        lines = self.read_until(response, "one\n")
        assert self.running() == 1
        rest = list(lines)
        assert "".join(line.get("stdout", "") for line in rest) == "two\n"
        assert rest[-1] == {"status": "success"}

    def test_a_disconnect_stops_a_stream(self) -> None:
        """No run is in progress soon after the client has left."""
        connection, response = self.ask("POST", "/stream", {"code": SILENT})
        self.read_until(response, "started\n")
        assert self.running() == 1
        response.close()
        connection.close()
        self.wait_for(0)

    def test_a_disconnect_stops_a_run(self) -> None:
        """A request whose answer was not sent yet stops in the same way."""
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request("POST", "/run", json.dumps({"code": SILENT}), {"Content-Type": "application/json"})
        self.wait_for(1)
        connection.close()
        self.wait_for(0)
        assert self.run_code("1")["value"] == "1"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
