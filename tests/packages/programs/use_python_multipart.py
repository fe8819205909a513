# /// script
# dependencies = ["python-multipart"]
# ///
"""A form with a file is read piece by piece."""

from python_multipart import parse_form

import io

body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\ntext\r\n--b--\r\n'
fields, files = [], []
parse_form({"Content-Type": b"multipart/form-data; boundary=b", "Content-Length": str(len(body)).encode()}, io.BytesIO(body), fields.append, files.append)
assert fields[0].value == b"1" and files[0].file_name == b"x.txt"
