"""Checks that a program makes one after the other, and what they are made of. Every wait has an end."""

import json
import sys
import time

import grpc
from google.protobuf.message import Message
from google.protobuf.text_format import MessageToString

# Bound of every call and of every watch as a whole.
SECONDS = 10


def run(checks, *given):
    """Makes each check with what is given, and prints a line of JSON for it; gives the exit code of the program.

    The first check that fails is the last, and stderr tells what is wrong.
    """
    for check in checks:
        name, began = check.__name__.replace("_", " "), time.monotonic()
        try:
            check(*given)
        except (AssertionError, grpc.RpcError) as error:
            print(f"{name}: {_said(error)}", file=sys.stderr)
            return 1
        print(json.dumps({"check": name, "ms": round((time.monotonic() - began) * 1000)}), flush=True)
    return 0


def _said(error):
    return f"{error.code().name}: {error.details()}" if isinstance(error, grpc.RpcError) else error


def expect(what, got, wanted):
    """Fails when the two differ."""
    if got != wanted:
        raise AssertionError(f"{what}: got\n  {text_of(got)}, not\n  {text_of(wanted)}")


def text_of(value):
    """Messages on one line each."""
    match value:
        case Message():
            return f"{{{MessageToString(value, as_one_line=True, as_utf8=True)}}}"
        case list() | tuple():
            return f"[{', '.join(map(text_of, value))}]"
        case _:
            return repr(value)


def eventually(what, look, is_wanted):
    """Looks until it sees what is wanted, and gives that; fails with what it saw last."""
    deadline = time.monotonic() + SECONDS
    while True:
        seen = look()
        if is_wanted(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} was not seen within {SECONDS} s, but\n  {text_of(seen)}")
        time.sleep(0.02)


def refused(ask, code, text):
    """Fails unless `ask` is refused with the code and a text that has this in it."""
    try:
        answer = ask()
    except grpc.RpcError as error:
        expect("the code", error.code().name, code.name)
        if text not in error.details():
            raise AssertionError(f"the text has no {text!r}: {error.details()!r}") from None
    else:
        raise AssertionError(f"was not refused, but answered {text_of(answer)}")


def first(call, request):
    """The first message of a stream, which is left then."""
    with Watch(call, request) as watch:
        return watch.next()


class Watch:
    """A stream that a server sends, until the block that it is opened for ends."""

    def __init__(self, call, request):
        self._messages = call(request, timeout=SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._messages.cancel()

    def next(self):
        """The next message; fails when the server ends the stream, which none should."""
        for message in self._messages:
            return message
        raise AssertionError("the server ended the stream")

    def until(self, what, show, is_wanted):
        """Reads until `show` of a message is wanted, and gives what was shown; fails with all that was."""
        shown = []
        try:
            while not (shown and is_wanted(shown[-1])):
                shown.append(show(self.next()))
        except grpc.RpcError as error:
            raise AssertionError(
                f"{what} was not told, but\n  {text_of(shown)}, then {_said(error)}"
            ) from None
        return shown
