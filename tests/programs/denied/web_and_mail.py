# native: no, native Python has a network
"""The protocol modules refuse: http, ftp, smtp, imap, xmlrpc, ssl, webbrowser."""

import ftplib
import http.client
import imaplib
import poplib
import smtplib
import webbrowser
import xmlrpc.client

ways = {
    "http": lambda: http.client.HTTPConnection("127.0.0.1", 1, timeout=1).request("GET", "/"),
    "https": lambda: http.client.HTTPSConnection("127.0.0.1", 1, timeout=1).request("GET", "/"),
    "ftp": lambda: ftplib.FTP("127.0.0.1", timeout=1),
    "smtp": lambda: smtplib.SMTP("127.0.0.1", 1, timeout=1),
    "pop": lambda: poplib.POP3("127.0.0.1", 1, timeout=1),
    "imap": lambda: imaplib.IMAP4("127.0.0.1", 1),
    "xmlrpc": lambda: xmlrpc.client.ServerProxy("http://127.0.0.1:1").call(),
    "browser": lambda: webbrowser.open("http://127.0.0.1") or 1 / 0,
}
for name, way in ways.items():
    try:
        print(name, "WORKED", way())
    except BaseException as error:
        print(name, "refused")
