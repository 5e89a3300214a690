"""A TargetRegistry as Meridio's: who is not known is stored DISABLED, whatever is asked for."""

from messages import strange
from stubs import Empty, registry, registry_rpc

# Of a client that leaves out all that it can, with a status that nobody knows.
BARE = registry.Target(ips=["192.0.2.9/24"], status=9)


class RegistryServer(registry_rpc.TargetRegistryServicer):
    """Answers with fields that nobody knows, and with a target in each list that has neither stream nor context."""

    def __init__(self, journal, state):
        self._journal = journal
        self._state = state
        self._targets = {}
        self._refusals = []

    def put(self, target):
        """Stores a target as it is."""
        with self._state:
            self._targets[_key(target)] = target

    def forget(self):
        """Loses all of them."""
        with self._state:
            self._targets.clear()

    def refuse_next(self, code, text):
        """Refuses the next Register."""
        self._refusals.append((code, text))

    def targets(self):
        return list(self._targets.values())

    def Register(self, request, context):
        self._journal.add("Register", request)
        if self._refusals:
            context.abort(*self._refusals.pop())
        with self._state:
            stored = registry.Target()
            stored.CopyFrom(request)
            if _key(request) not in self._targets:
                stored.status = registry.Target.DISABLED
            self._targets[_key(request)] = stored
        return strange(Empty())

    def Unregister(self, request, context):
        self._journal.add("Unregister", request)
        with self._state:
            self._targets.pop(_key(request), None)
        return strange(Empty())

    def Watch(self, request, context):
        self._journal.add("Watch", request, context)

        def look():
            matching = [target for target in self._targets.values() if _matches(request, target)]
            return strange(registry.TargetResponse(targets=[BARE, *matching]))

        return self._state.follow(context, look)


def _key(target):
    return ";".join(target.ips), target.type, target.stream.SerializeToString(deterministic=True)


def _matches(filter, target):
    """Absent parents and empty names match all; the type and, unless it is ANY, the status are exact."""
    if filter.type != target.type or filter.status not in (registry.Target.ANY, target.status):
        return False
    asked, stream = filter.stream, target.stream
    return all(
        wanted in ("", name)
        for wanted, name in (
            (asked.name, stream.name),
            (asked.conduit.name, stream.conduit.name),
            (asked.conduit.trench.name, stream.conduit.trench.name),
        )
    )
