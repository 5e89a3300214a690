"""A proxy as Meridio's: it gives addresses, and its monitor tells what became of each connection."""

import queue

from messages import strange
from stubs import Empty, connection, connection_rpc, networkservice_rpc

# A conduit's networks of 24 and of 64 bits, up to the part that tells its addresses apart.
NETWORKS = {"edge": ("172.16.0.", "fd00:0:0:1::"), "core": ("172.16.1.", "fd00:0:0:2::")}
# What a monitor may tell of others: a connection without a path, and one without anything.
OTHERS = {"nobody": connection.Connection(), "other": connection.Connection(id="other", state=9)}


class ProxyServer(networkservice_rpc.NetworkServiceServicer, connection_rpc.MonitorConnectionServicer):
    """Answers with fields that nobody knows, and tells of connections that are nobody's.

    Of the conduit core it says no more than the addresses.
    """

    def __init__(self, journal):
        self._journal = journal
        self._watches = []
        self._former = []

    def had(self, *connections):
        """Begins every later watch with these, as if a client had asked for them before."""
        self._former = connections

    def Request(self, request, context):
        answer = connection.Connection()
        answer.CopyFrom(request.connection)
        conduit = answer.network_service.split(".")[1]
        ip_context = answer.context.ip_context
        if not ip_context.src_ip_addrs:
            ip_context.src_ip_addrs.extend(addresses(conduit, 5))
        ip_context.extra_prefixes[:] = addresses(conduit, 1)
        del answer.path.path_segments[answer.path.index + 1 :]
        answer.path.path_segments.add(name="proxy", id=hop_of(answer))
        if conduit == "core":
            answer = connection.Connection(id=answer.id, path=answer.path, context=answer.context)
        else:
            answer.network_service_endpoint_name = "proxy"
            answer.mechanism.CopyFrom(request.mechanism_preferences[0])
            answer.mechanism.parameters["name"] = "nsm-7"
        self.tell(connection.UPDATE, seen_by_hop(answer))
        # Whoever sees it there may tell of the connection what comes after that.
        self._journal.add("Request", request)
        return strange(answer)

    def Close(self, request, context):
        self._journal.add("Close", request)
        self.tell(connection.DELETE, seen_by_hop(request))
        return strange(Empty())

    def MonitorConnections(self, request, context):
        self._journal.add("MonitorConnections", request, context)
        events = queue.SimpleQueue()
        if not context.add_callback(lambda: events.put(None)):
            return iter(())
        self._watches.append(events)
        events.put(event_of(connection.INITIAL_STATE_TRANSFER, *self._former))
        return iter(events.get, None)

    def tell(self, kind, *connections):
        """Tells every watcher, whatever its selector."""
        for events in list(self._watches):
            events.put(event_of(kind, *connections))


def addresses(conduit, host):
    """Those of a host, with their lengths."""
    ipv4, ipv6 = NETWORKS[conduit]
    return [f"{ipv4}{host}/24", f"{ipv6}{host}/64"]


def event_of(kind, *connections):
    return strange(
        connection.ConnectionEvent(type=kind, connections={**OTHERS, **{one.id: one for one in connections}})
    )


def hop_of(one):
    """The id by which the proxy knows it."""
    return f"at-proxy-{one.path.path_segments[0].id}"


def seen_by_hop(one):
    """The connection as the proxy's own hop has it, which is the second."""
    copy = connection.Connection()
    copy.CopyFrom(one)
    copy.id, copy.path.index = hop_of(one), 1
    return copy
