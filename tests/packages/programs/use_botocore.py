# /// script
# dependencies = ["botocore"]
#
# [tool.terrarium]
# note = "there is no network; `botocore.stub` works"
# ///
"""A client is described, its input is checked, and a stub answers."""

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber

session = botocore.session.get_session()
session.set_credentials("key", "secret")
sqs = session.create_client("sqs", region_name="us-east-1")
assert "SendMessage" in sqs.meta.service_model.operation_names
try:
    sqs.send_message(QueueUrl="queue")
    raise AssertionError("a message without a body")
except ParamValidationError as error:
    assert "MessageBody" in str(error)
with Stubber(sqs) as stub:
    stub.add_response("send_message", {"MessageId": "42"}, {"QueueUrl": "queue", "MessageBody": "hello"})
    assert sqs.send_message(QueueUrl="queue", MessageBody="hello")["MessageId"] == "42"
