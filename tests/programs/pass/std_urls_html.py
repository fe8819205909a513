# native: yes
"""urllib.parse, html, html.parser, mimetypes, email and quopri."""

import email
import email.message
import html
import html.parser
import mimetypes
import quopri
import urllib.parse as up

u = up.urlparse("https://user:pw@example.org:8080/a/b;p?q=1&q=2&e=#frag")
print(u, u.hostname, u.port, up.parse_qs(u.query, keep_blank_values=True), u._replace(query="").geturl())
print(up.quote("a b/é?&"), up.quote_plus("a b"), up.unquote("%E4%B8%96"), up.urlencode({"a": [1, 2], "b": "x y"}, doseq=True), up.urljoin("http://h/a/b/c", "../d?x"))
print(html.escape("<a href=\"x\">'&'</a>"), html.unescape("&lt;&eacute;&#x4e16;&amp;amp;"))


class Links(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        print("start", tag, attrs)

    def handle_data(self, data):
        print("data", repr(data))


Links().feed("<p class=x>Hi <b>you</b> &amp; <a href='/u'>me</a></p>")
print(mimetypes.guess_type("a.tar.gz"), mimetypes.guess_extension("text/html"), quopri.encodestring("é".encode()))
m = email.message.EmailMessage()
m["Subject"], m["To"] = "Grüße", "a@example.org"
m.set_content("Text\n")
m.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="x.bin")
again = email.message_from_bytes(m.as_bytes(), policy=email.policy.default)
print(again["subject"], again.get_content_type(), [p.get_filename() for p in again.iter_attachments()])
