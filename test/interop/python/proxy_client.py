"""What a tap relies on in a proxy: connections, and what its monitor tells of them."""

import grpc
from check import SECONDS, Watch, expect, first, refused
from messages import strange
from stubs import connection, connection_rpc, connectioncontext, networkservice, networkservice_rpc

EDGE = "proxy.edge.demo.default"
INITIAL, UPDATE, DELETE = (connection.INITIAL_STATE_TRANSFER, connection.UPDATE, connection.DELETE)
KERNEL = connection.Mechanism(cls="LOCAL", type="KERNEL")


class Proxy:
    """One connection to a proxy."""

    def __init__(self, address):
        channel = grpc.insecure_channel(address)
        self.service = networkservice_rpc.NetworkServiceStub(channel)
        self.monitor = connection_rpc.MonitorConnectionStub(channel).MonitorConnections

    def request(self, asked, *preferences):
        request = networkservice.NetworkServiceRequest(connection=asked, mechanism_preferences=preferences)
        return self.service.Request(request, timeout=SECONDS)

    def close(self, held):
        self.service.Close(held, timeout=SECONDS)

    def watch(self, client):
        return Watch(self.monitor, selector(id_of(client)))


def id_of(client):
    return f"{client}-{EDGE}-0"


def asked_by(client, service=EDGE, **other):
    """A connection as its client knows it before it has one."""
    of = {
        "id": id_of(client),
        "network_service": service,
        "labels": {"nodeName": "node-1"},
        "payload": "ETHERNET",
        "path": connection.Path(path_segments=[connection.PathSegment(name=client, id=id_of(client))]),
    }
    return connection.Connection(**{**of, **other})


def selector(*hops, services=()):
    segments = [connection.PathSegment(id=hop) for hop in hops]
    return connection.MonitorScopeSelector(path_segments=segments, network_services=services)


def a_connection_is_requested_told_of_and_closed(proxy):
    asked = asked_by("pod-1")
    with proxy.watch("pod-1") as watch:
        expect("the initial event", watch.next(), connection.ConnectionEvent(type=INITIAL))
        answer = proxy.request(asked, KERNEL)
        context = answer.context.ip_context
        for what, addresses in {
            "sources": context.src_ip_addrs,
            "destinations": context.dst_ip_addrs,
            "bridge": context.extra_prefixes,
        }.items():
            expect(f"the lengths of its {what}", [ip.split("/")[1] for ip in addresses], ["24", "64"])
        expect(
            "what it was asked with",
            (answer.id, answer.labels, answer.state),
            (asked.id, asked.labels, connection.UP),
        )
        expect("the first hop", answer.path.path_segments[0], asked.path.path_segments[0])
        expect("the mechanism", (answer.mechanism.cls, answer.mechanism.type), ("LOCAL", "KERNEL"))
        event = watch.next()
        [told] = event.connections.values()
        expect("the event", (event.type, told.path.index, told.context), (UPDATE, 1, answer.context))
        expect("the path told", list(told.path.path_segments), list(answer.path.path_segments))
        expect("the answer to the same again", proxy.request(answer, KERNEL), answer)
        expect("the event", watch.next().type, UPDATE)
        proxy.close(answer)
        event = watch.next()
        expect("the last event", (event.type, list(event.connections)), (DELETE, [told.id]))
        proxy.close(answer)


def vips_and_their_policies_are_kept_beside_the_addresses(proxy):
    answer = proxy.request(asked_by("pod-2"), KERNEL)
    ip_context = answer.context.ip_context
    ip_context.src_ip_addrs.append("20.0.0.1/32")
    [hop, _] = [prefix.split("/")[0] for prefix in ip_context.extra_prefixes]
    route = connectioncontext.Route(prefix="0.0.0.0/0", nextHop=hop)
    ip_context.policies.add(**{"from": "20.0.0.1/32"}, routes=[route])
    expect("the answer", proxy.request(answer, KERNEL), answer)
    proxy.close(answer)


def what_a_client_knows_besides_is_handed_on(proxy):
    segment = connection.PathSegment(name="pod-3", id=id_of("pod-3"), token="t", metrics={"delay": "1"})
    segment.expires.FromJsonString("2100-01-02T03:04:05.000000006Z")
    context = connectioncontext.ConnectionContext(
        dns_context={"configs": [{"dns_server_ips": ["10.0.0.53"], "search_domains": ["demo"]}]},
        ethernet_context={"src_mac": "0a:00:00:00:00:01", "vlan_tag": -1},
        extra_context={"串": "鍵"},
        MTU=4294967295,
    )
    context.ip_context.excluded_prefixes.append("10.96.0.0/12")
    context.ip_context.ip_neighbors.add(ip="10.0.0.9", hardware_address="0a:00:00:00:00:09")
    path = connection.Path(path_segments=[segment])
    answer = proxy.request(asked_by("pod-3", path=path, context=context), KERNEL)
    expect("the first hop", answer.path.path_segments[0], segment)
    for part in ("dns_context", "ethernet_context", "extra_context", "MTU"):
        expect(part, getattr(answer.context, part), getattr(context, part))
    for part in ("excluded_prefixes", "ip_neighbors"):
        expect(part, list(getattr(answer.context.ip_context, part)), list(getattr(context.ip_context, part)))
    proxy.close(answer)


def a_client_may_leave_out_path_labels_payload_and_preferences(proxy):
    bare = connection.Connection(id="bare", network_service=EDGE)
    answer = proxy.request(bare)
    expect("id and first hop", (answer.id, answer.path.path_segments[0].id), ("bare", "bare"))
    expect("how many addresses", len(answer.context.ip_context.src_ip_addrs), 2)
    proxy.close(connection.Connection(id="bare", network_service=EDGE))


def a_watch_is_told_of_what_its_selector_matches(proxy):
    answer = proxy.request(asked_by("pod-4"), KERNEL)
    own, hop = (segment.id for segment in answer.path.path_segments)
    for matching in (
        selector(),
        selector(own),
        selector(hop),
        selector(own, hop),
        selector(own, ""),
        selector(services=["proxy.core.demo.default", EDGE]),
    ):
        event = first(proxy.monitor, matching)
        expect(f"the initial event for {matching}", (event.type, len(event.connections)), (INITIAL, 1))
    for other in (
        selector(hop, own),
        selector("nobody"),
        selector(own, services=["proxy.core.demo.default"]),
    ):
        expect(
            f"the initial event for {other}",
            first(proxy.monitor, other),
            connection.ConnectionEvent(type=INITIAL),
        )
    proxy.close(answer)


def what_cannot_be_meant_is_refused(proxy):
    invalid, missing = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
    beyond = connection.Path(index=3, path_segments=[connection.PathSegment(id=id_of("pod-5"))])
    memif = connection.Mechanism(cls="LOCAL", type="MEMIF")
    wrong_ip = connectioncontext.ConnectionContext(ip_context={"src_ip_addrs": ["10.0.0.300/24"]})
    for code, text, asked in (
        (invalid, "it must be given", None),
        (invalid, 'network service ""', connection.Connection(id="pod-5")),
        (invalid, "connection.id", connection.Connection(network_service=EDGE)),
        (invalid, "connection.path.index", asked_by("pod-5", path=beyond)),
        (invalid, 'connection.payload "IP"', asked_by("pod-5", payload="IP")),
        (invalid, "MEMIF", asked_by("pod-5", mechanism=memif)),
        (invalid, "10.0.0.300/24", asked_by("pod-5", context=wrong_ip)),
        (missing, "proxy.nobody.demo.default", asked_by("pod-5", "proxy.nobody.demo.default")),
    ):
        refused(lambda: proxy.request(asked), code, text)
    refused(lambda: proxy.close(connection.Connection()), invalid, 'network service ""')
    expect("what there is", first(proxy.monitor, selector()), connection.ConnectionEvent(type=INITIAL))


def fields_that_nobody_knows_are_passed_over(proxy):
    with Watch(proxy.monitor, strange(selector(id_of("pod-6")))) as watch:
        watch.next()
        asked = asked_by(
            "pod-6", context=connectioncontext.ConnectionContext(ip_context={"src_ip_required": True})
        )
        request = networkservice.NetworkServiceRequest(connection=asked, mechanism_preferences=[KERNEL])
        answer = proxy.service.Request(strange(request), timeout=SECONDS)
        expect("the event", watch.next().type, UPDATE)
        expect("the answer to all of it", proxy.request(strange(answer), strange(KERNEL)), answer)
        expect("the event", watch.next().type, UPDATE)
        proxy.close(strange(answer))
        expect("the event", watch.next().type, DELETE)


CHECKS = (
    a_connection_is_requested_told_of_and_closed,
    vips_and_their_policies_are_kept_beside_the_addresses,
    what_a_client_knows_besides_is_handed_on,
    a_client_may_leave_out_path_labels_payload_and_preferences,
    a_watch_is_told_of_what_its_selector_matches,
    what_cannot_be_meant_is_refused,
    fields_that_nobody_knows_are_passed_over,
)
