"""What servers were asked, in the order in which it came to any of them, and how their streams are fed."""

import threading
from dataclasses import dataclass

from google.protobuf.message import Message


@dataclass(frozen=True)
class Entry:
    """A call, or with `ended` the end of the stream that it opened."""

    call: str
    request: Message
    ended: bool = False


class Journal:
    """All calls of one run."""

    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []

    def add(self, call, request, context=None):
        """Notes a call; with the context of a stream its end too."""

        def end():
            self._append(Entry(call, request, ended=True))

        self._append(Entry(call, request))
        if context is not None and not context.add_callback(end):
            end()

    def _append(self, entry):
        with self._lock:
            self._entries.append(entry)

    def __len__(self):
        with self._lock:
            return len(self._entries)

    def entries(self, since=0):
        with self._lock:
            return self._entries[since:]

    def requests(self, call, since=0):
        """What a call was made with, each time."""
        return [entry.request for entry in self.entries(since) if entry.call == call and not entry.ended]

    def open_streams(self):
        """The calls whose streams have not ended."""
        entries = self.entries()
        ended = {id(entry.request) for entry in entries if entry.ended}
        opened = (entry for entry in entries if entry.call.startswith(("Watch", "Monitor")))
        return [entry.call for entry in opened if id(entry.request) not in ended]


class State:
    """Guards what a server knows; its streams look at it again after each change."""

    def __init__(self):
        self._changed = threading.Condition()
        self._revision = 0

    def __enter__(self):
        """For the block that changes something."""
        self._changed.acquire()
        return self

    def __exit__(self, *_):
        self._revision += 1
        self._changed.notify_all()
        self._changed.release()

    def follow(self, context, look):
        """What `look` sees, at once and after each change that makes it another, until the client leaves."""
        context.add_callback(self._wake)
        seen, told = -1, None
        while context.is_active():
            with self._changed:
                self._changed.wait_for(lambda: self._revision != seen or not context.is_active())
                seen, found = self._revision, look()
            if context.is_active() and found != told:
                told = found
                yield found

    def _wake(self):
        with self._changed:
            self._changed.notify_all()
