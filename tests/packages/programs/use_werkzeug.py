# /// script
# dependencies = ["werkzeug"]
# ///
"""Requests, routes, passwords and a client for tests."""

from werkzeug.routing import Map, Rule
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

routes = Map([Rule("/<int:n>", endpoint="number")])


@Request.application
def application(request):
    endpoint, values = routes.bind_to_environ(request.environ).match()
    return Response(f"{endpoint} {values['n']} {request.args.get('q')}")


assert Client(application).get("/5?q=x").get_data(as_text=True) == "number 5 x"
assert check_password_hash(generate_password_hash("secret", method="pbkdf2:sha256:1000"), "secret")
