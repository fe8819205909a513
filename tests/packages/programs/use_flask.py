# /// script
# dependencies = ["flask"]
# ///
"""An application with routes, templates and a session answers its test client."""

from flask import Flask, jsonify, render_template_string, request, session

application = Flask(__name__)
application.secret_key = "key"


@application.post("/add/<int:n>")
def add(n):
    session["sum"] = session.get("sum", 0) + n
    return jsonify(sum=session["sum"], q=request.args.get("q"))


@application.route("/")
def home():
    return render_template_string("<p>{{ x }}</p>", x="<")


client = application.test_client()
client.post("/add/2")
assert client.post("/add/3?q=a").get_json() == {"sum": 5, "q": "a"}
assert client.get("/").text == "<p>&lt;</p>" and client.get("/none").status_code == 404
