"""What a tap does with an NSP and a proxy, by what these were asked."""

import grpc
from check import eventually, expect
from configuration_server import VIPS
from messages import conduit_of, flow_filter, stream_of
from proxy_server import addresses, hop_of, seen_by_hop
from stubs import connection, connectioncontext, model, networkservice, registry
from tap_client import API, DNS, WEB, as_open

FULL = "full.edge.demo"
EDGE, EDGE_ID = "proxy.edge.demo.default", "pod-1-proxy.edge.demo.default-0"
ENABLED, DISABLED, ANY = registry.Target.ENABLED, registry.Target.DISABLED, registry.Target.ANY
OWN = addresses("edge", 5)


def a_target(stream, identifier, status, ips=OWN):
    context = {"identifier": str(identifier)}
    return registry.Target(ips=ips, context=context, status=status, stream=stream_of(model, stream))


def as_requested():
    """The connection of the conduit edge, as the tap asks for it first."""
    return connection.Connection(
        id=EDGE_ID,
        network_service=EDGE,
        labels={"nodeName": "node-1"},
        path=connection.Path(path_segments=[connection.PathSegment(name="pod-1", id=EDGE_ID)]),
        payload="ETHERNET",
    )


def asked_of_edge(world, since=0):
    """The connection of each Request for the conduit edge."""
    asked = (request.connection for request in world.journal.requests("Request", since))
    return [one for one in asked if one.network_service == EDGE]


def close_and_wait(world):
    """Closes web, the last stream, and waits until the tap has left everything."""
    world.tap.close(WEB)
    eventually("no stream", world.journal.open_streams, lambda calls: calls == [])


def an_open_watches_connects_and_registers_disabled_before_enabled(world):
    world.tap.open(WEB)
    world.tap.becomes(as_open(WEB))
    journal = world.journal
    edge = conduit_of(model, "edge.demo")
    expect("the watched streams", journal.requests("WatchStream"), [model.Stream(conduit=edge)])
    expect("the watched flows", journal.requests("WatchFlow"), [flow_filter(".edge.demo")])
    selector = connection.MonitorScopeSelector(path_segments=[connection.PathSegment(id=EDGE_ID)])
    expect("the watched connections", journal.requests("MonitorConnections"), [selector])
    kernel = connection.Mechanism(cls="LOCAL", type="KERNEL")
    first = networkservice.NetworkServiceRequest(connection=as_requested(), mechanism_preferences=[kernel])
    expect("the first Request", journal.requests("Request")[0], first)

    def asked():
        calls = (entry for entry in journal.entries() if not entry.ended)
        return [(entry.call, entry.request) for entry in calls if entry.call in ("Register", "Watch")]

    calls = eventually("five calls of the registry", asked, lambda calls: len(calls) >= 5)[:5]
    expect(
        "the calls of the registry",
        [call for call, _ in calls],
        ["Watch", "Register", "Watch", "Register", "Watch"],
    )
    lists, writes = ([request for _, request in calls[n::2]] for n in (0, 1))
    expect("what is listed", lists, [registry.Target(status=ANY, stream=stream_of(model, WEB))] * 3)
    identifier = int(writes[0].context["identifier"])
    expect("the identifier from 1 to 100", 1 <= identifier <= 100, True)
    expect(
        "what is registered", writes, [a_target(WEB, identifier, status) for status in (DISABLED, ENABLED)]
    )


def vips_are_requested_with_a_policy_each(world):
    def latest():
        return asked_of_edge(world)[-1]

    asked = eventually(
        "a Request with policies", latest, lambda asked: len(asked.context.ip_context.policies) > 0
    )
    context = asked.context.ip_context
    expect("its source addresses", sorted(context.src_ip_addrs), sorted([*OWN, *VIPS["web"]]))
    hops = [address.split("/")[0] for address in addresses("edge", 1)]
    wanted = [
        connectioncontext.PolicyRoute(
            **{"from": vip}, routes=[connectioncontext.Route(prefix=prefix, nextHop=hop)]
        )
        for vip, prefix, hop in zip(VIPS["web"], ["0.0.0.0/0", "::/0"], hops)
    ]
    expect("its policies", list(context.policies), wanted)
    expect("its hops", [hop.id for hop in asked.path.path_segments], [EDGE_ID, hop_of(asked)])
    expect("its interface", dict(asked.mechanism.parameters), {"name": "nsm-7"})


def an_identifier_that_another_has_is_left_alone_enabled_or_not(world):
    world.registry.put(a_target(DNS, 1, DISABLED, ["172.16.0.9/24"]))
    world.registry.put(a_target(FULL, 1, ENABLED, ["172.16.0.9/24"]))
    world.tap.open(DNS, FULL)
    world.tap.becomes([*as_open(WEB, DNS), (FULL, "UNAVAILABLE")])
    writes = world.journal.requests("Register")
    of = {name: [one for one in writes if one.stream.name == name.split(".")[0]] for name in (DNS, FULL)}
    expect(
        "the one of two that is left",
        of[DNS][:2],
        [a_target(DNS, 2, status) for status in (DISABLED, ENABLED)],
    )
    expect("what is registered of a full stream", of[FULL], [])
    world.tap.close(DNS, FULL)


def a_proxy_and_a_stream_that_say_the_least_will_do(world):
    world.tap.open(API)
    world.tap.becomes(as_open(WEB, API))
    target = world.registered(API)
    expect("its addresses", list(target.ips), addresses("core", 5))
    expect("its identifier from 1 to 100", 1 <= int(target.context["identifier"]) <= 100, True)
    world.tap.close(API)


def what_the_nsp_refuses_or_forgets_is_registered_again(world):
    own = world.registered(WEB)
    world.registry.refuse_next(grpc.StatusCode.UNAVAILABLE, "später, zu 50 %")
    world.registry.forget()
    eventually("web enabled again", lambda: world.registered(WEB), lambda target: target == own)
    world.tap.becomes(as_open(WEB))


def an_open_target_is_refreshed_as_it_is(world):
    own, since = world.registered(WEB), len(world.journal)
    refreshes = eventually(
        "two refreshes",
        lambda: world.journal.requests("Register", since),
        lambda requests: len(requests) >= 2,
    )
    expect("what is refreshed", refreshes, [own] * len(refreshes))


def an_event_without_a_context_changes_nothing_that_is_open(world):
    own, since = world.registered(WEB), len(world.journal)
    known = seen_by_hop(asked_of_edge(world)[-1])
    bare = connection.Connection(id=known.id, path=known.path)
    with world.tap.watch() as watch:
        watch.next()
        world.proxy.tell(connection.UPDATE, bare)
        eventually("a Request", lambda: asked_of_edge(world, since), lambda asked: asked != [])
        bare.state = connection.DOWN
        world.proxy.tell(connection.UPDATE, bare)
        [listed] = watch.next().streamStatus
        expect("the status when the link is down", listed.status, listed.UNAVAILABLE)
    expect("the target", world.registered(WEB), own)
    expect("what is unregistered", world.journal.requests("Unregister", since), [])
    world.proxy.tell(connection.UPDATE, known)
    world.tap.becomes(as_open(WEB))


def a_stream_that_leaves_the_configuration_is_undefined_until_it_is_back(world):
    world.configuration.remove_stream(WEB)
    world.tap.becomes([(WEB, "UNDEFINED")])
    eventually("no target", world.registry.targets, lambda targets: targets == [])
    world.configuration.restore_stream(WEB)
    world.tap.becomes(as_open(WEB))


def a_close_unregisters_then_closes_the_connection_and_ends_every_stream(world):
    own, since = world.registered(WEB), len(world.journal)
    close_and_wait(world)
    last = [entry for entry in world.journal.entries(since) if entry.call in ("Unregister", "Close")]
    expect("the last calls", [entry.call for entry in last], ["Unregister", "Close"])
    unregistered, closed = [entry.request for entry in last]
    expect("the key that is unregistered", (unregistered.ips, unregistered.stream), (own.ips, own.stream))
    expect("the connection that is closed", (closed.id, closed.network_service), (EDGE_ID, EDGE))
    expect("its hops", [hop.id for hop in closed.path.path_segments], [EDGE_ID, hop_of(closed)])


def a_connection_that_was_there_before_is_asked_for_with_all_that_it_has(world):
    since, former = len(world.journal), as_requested()
    former.path.path_segments.add(name="proxy", id=hop_of(former))
    former.context.ip_context.src_ip_addrs.extend(OWN)
    former.context.ip_context.extra_prefixes.extend(addresses("edge", 1))
    former.mechanism.MergeFrom(connection.Mechanism(cls="LOCAL", type="KERNEL", parameters={"name": "nsm-9"}))
    world.proxy.had(seen_by_hop(former))
    world.tap.open(WEB)
    world.tap.becomes(as_open(WEB))
    expect("the first Request", asked_of_edge(world, since)[0], former)
    preferences = world.journal.requests("Request", since)[0].mechanism_preferences
    expect("its preferred interface", [dict(one.parameters) for one in preferences], [{"name": "nsm-9"}])
    close_and_wait(world)


def one_that_was_there_without_a_mechanism_is_asked_for_anew(world):
    since, path = len(world.journal), as_requested().path
    path.index = 1
    world.proxy.had(connection.Connection(id="bare", path=path))
    world.tap.open(WEB)
    world.tap.becomes(as_open(WEB))
    expect("the first Request", asked_of_edge(world, since)[0], as_requested())
    close_and_wait(world)


CHECKS = (
    an_open_watches_connects_and_registers_disabled_before_enabled,
    vips_are_requested_with_a_policy_each,
    an_identifier_that_another_has_is_left_alone_enabled_or_not,
    a_proxy_and_a_stream_that_say_the_least_will_do,
    what_the_nsp_refuses_or_forgets_is_registered_again,
    an_open_target_is_refreshed_as_it_is,
    an_event_without_a_context_changes_nothing_that_is_open,
    a_stream_that_leaves_the_configuration_is_undefined_until_it_is_back,
    a_close_unregisters_then_closes_the_connection_and_ends_every_stream,
    a_connection_that_was_there_before_is_asked_for_with_all_that_it_has,
    one_that_was_there_without_a_mechanism_is_asked_for_anew,
)
