"""Messages from short texts, and with fields that nobody knows."""

from stubs import model

# Fields 1000 to 1004, one of each wire type: a varint, bytes that are no text, 8 and 4 bytes, a group with a varint.
UNKNOWN = bytes.fromhex("c03e07 ca3e02ff00 d13e0102030405060708 dd3e01020304 e33e 0807 e43e")


def strange(message):
    """A copy of it in which every message, however deep, also has fields that no schema declares."""
    copy = type(message)()
    copy.CopyFrom(message)
    _make_strange(copy)
    return copy


def padded(message, length):
    """A copy of it with a field of that many bytes that no schema declares."""
    copy = type(message)()
    copy.CopyFrom(message)
    copy.MergeFromString(bytes.fromhex("ca3e") + _varint(length) + bytes(length))
    return copy


def _varint(number):
    low = number & 0x7F
    return bytes([low]) if number == low else bytes([low | 0x80]) + _varint(number >> 7)


def _make_strange(message):
    for field, value in message.ListFields():
        for inner in _messages_in(field, value):
            _make_strange(inner)
    message.MergeFromString(UNKNOWN)


def _messages_in(field, value):
    if field.message_type is None:
        return []
    if field.message_type.GetOptions().map_entry:
        of_messages = field.message_type.fields_by_name["value"].message_type is not None
        return value.values() if of_messages else []
    return value if field.is_repeated else [value]


def stream_of(kind, text):
    """The Stream of ambassador or model for stream.conduit.trench; parents that are left out are absent."""
    name, *parents = text.split(".")
    return kind.Stream(name=name, conduit=conduit_of(kind, ".".join(parents)) if parents else None)


def conduit_of(kind, text):
    """The same for conduit.trench."""
    name, *parents = text.split(".")
    return kind.Conduit(name=name, trench=kind.Trench(name=parents[0]) if parents else None)


def name_of(stream):
    """stream.conduit.trench"""
    return f"{stream.name}.{stream.conduit.name}.{stream.conduit.trench.name}"


def flow_filter(text):
    """The filter for the flows of stream.conduit.trench."""
    return model.Flow(stream=stream_of(model, text))
