"""Google's protobuf on the bytes that the stubs of Meridio and Network Service Mesh wrote, a message a line."""

import base64
import json
from pathlib import Path

from check import expect
from google.protobuf.descriptor_pool import Default
from google.protobuf.message_factory import GetMessageClass


def golden_bytes_have_no_field_that_is_not_declared_and_are_written_as_they_were_read(path):
    for line in map(json.loads, Path(path).read_text().splitlines()):
        golden = base64.b64decode(line["bytes"])
        message = GetMessageClass(Default().FindMessageTypeByName(line["message"])).FromString(golden)
        message.DiscardUnknownFields()
        expect(
            f"the bytes of {line['message']}",
            message.SerializeToString(deterministic=True).hex(),
            golden.hex(),
        )


CHECKS = (golden_bytes_have_no_field_that_is_not_declared_and_are_written_as_they_were_read,)
