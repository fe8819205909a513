# /// script
# dependencies = ["boto3"]
#
# [tool.terrarium]
# note = "there is no network; `botocore.stub` and signed addresses work"
# ///
"""Clients of services, signed addresses, and answers of a stub."""

import boto3
from botocore.stub import Stubber

session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret", region_name="eu-central-1")
s3 = session.client("s3")
url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "a/b.txt"})
assert "bucket" in url and "a/b.txt" in url and ("Signature=" in url or "X-Amz-Signature=" in url), url
with Stubber(s3) as stub:
    stub.add_response("list_buckets", {"Buckets": [{"Name": "one"}, {"Name": "two"}]})
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["one", "two"]
table = session.resource("dynamodb").Table("people")
assert table.name == "people"
