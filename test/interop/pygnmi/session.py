"""pygnmi on a leash: one client, told what to do by lines of JSON on stdin, answering in lines of JSON on stdout.

A question is {"call": name, ...arguments}; its answer is "answer " and either {"result": ...} or {"error": {...}}.
Whatever else pygnmi prints or logs is left between the answers.
"""

import argparse
import json
import logging
import sys
import threading
import time

from pygnmi.client import gNMIclient, telemetryParser

# A question that takes longer than this is answered with an error: nothing here may wait for ever.
BOUND_SECONDS = 20


class Session:
    """The calls a question may name: its public methods."""

    def __init__(self, client):
        self._client = client
        self._subscriber = None

    def capabilities(self):
        return self._client.capabilities()

    def get(self, **arguments):
        return self._client.get(**arguments)

    def set(self, **arguments):
        for kind in ("update", "replace"):
            arguments[kind] = [tuple(pair) for pair in arguments.get(kind, [])]
        return self._client.set(**arguments)

    def subscribe2(self, request, target=None):
        """Opens a subscription; its messages come with next."""
        self._subscriber = self._client.subscribe2(subscribe=request, target=target)

    def next(self, timeout=BOUND_SECONDS):
        return self._subscriber.get_update(timeout=timeout)

    def rest(self):
        """Every message up to the end of the iteration, as a for loop over the subscriber sees them."""
        return list(self._subscriber)

    def close(self):
        """Closes the subscription, and tells how long that took and whether the stream goes on."""
        begun = time.monotonic()
        self._subscriber.close()
        return {"seconds": time.monotonic() - begun, "open": self._subscriber._subscribe_thread.is_alive()}

    def legacy(self, request, seconds):
        """The old subscribe(), which half-closes at once: what it hears until it is cancelled after `seconds`."""
        stream = self._client.subscribe(subscribe=request)
        timer = threading.Timer(seconds, stream.cancel)
        timer.start()
        heard = []
        try:
            for message in stream:
                heard.append(telemetryParser(message))
        except Exception:  # The cancellation arrives as an error; stream.code() tells it from others.
            pass
        timer.cancel()
        return {"heard": heard, "code": stream.code().name}


def answer(session, question):
    call = question.pop("call")
    if call.startswith("_"):
        raise ValueError(f"{call} is no call")
    return getattr(session, call)(**question)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--skip-verify", action="store_true", help="TLS, any certificate; plain text without it")
    parser.add_argument("--username", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--max-receive-bytes", type=int)
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)

    grpc_options = []
    if options.max_receive_bytes is not None:
        grpc_options.append(("grpc.max_receive_message_length", options.max_receive_bytes))
    client = gNMIclient(
        target=(options.host, options.port),
        username=options.username,
        password=options.password,
        insecure=not options.skip_verify,
        skip_verify=options.skip_verify,
        grpc_options=grpc_options,
    )
    session = None
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if question["call"] == "connect":
                session = Session(client.connect())
                result = None
            else:
                result = answer(session, question)
            reply = {"result": result}
        except Exception as error:
            cause = getattr(error, "orig_exc", None) or error
            code = cause.code().name if hasattr(cause, "code") else ""
            reply = {"error": {"type": type(error).__name__, "text": str(error), "code": code}}
        print("answer", json.dumps(reply, default=str), flush=True)
    client.close()


if __name__ == "__main__":
    main()
