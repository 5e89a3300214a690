"""What a tap and a load balancer rely on in the registry of an NSP."""

import grpc
from check import SECONDS, Watch, expect, first, refused
from messages import name_of, strange, stream_of
from stubs import configuration_rpc, model, registry, registry_rpc

ENABLED, DISABLED, ANY = registry.Target.ENABLED, registry.Target.DISABLED, registry.Target.ANY
FRONTEND = registry.Target.FRONTEND
WEB = "web.edge.demo"


class Nsp:
    """One connection to an NSP."""

    def __init__(self, address):
        channel = grpc.insecure_channel(address)
        self.configuration = configuration_rpc.ConfigurationManagerStub(channel)
        self.registry = registry_rpc.TargetRegistryStub(channel)

    def register(self, target):
        self.registry.Register(target, timeout=SECONDS)

    def unregister(self, *targets):
        for target in targets:
            self.registry.Unregister(target, timeout=SECONDS)

    def targets(self):
        """All of the type DEFAULT."""
        return list(first(self.registry.Watch, registry.Target(status=ANY)).targets)

    def listed(self, **of):
        return shown(first(self.registry.Watch, registry.Target(**of)))


def a_target(ip="172.16.0.5/24", stream=WEB, **other):
    """An enabled one; no stream when its name is None."""
    of = {"ips": [ip], "context": {"identifier": "7"}, "status": ENABLED}
    if stream is not None:
        of["stream"] = stream_of(model, stream)
    return registry.Target(**{**of, **other})


def shown(answer):
    """The first address and the status of each target, sorted."""
    return sorted((one.ips[0], registry.Target.Status.Name(one.status)) for one in answer.targets)


def a_target_is_disabled_first_then_enabled_and_told_as_it_was_sent(nsp):
    target = a_target(ips=["172.16.0.5/24", "fd00::5/64"])

    def told(status):
        return [registry.Target(ips=target.ips, context=target.context, status=status, stream=target.stream)]

    with Watch(nsp.registry.Watch, registry.Target(status=ANY)) as watch:
        expect("the first list", list(watch.next().targets), [])
        nsp.register(target)
        expect("the list after the first Register", list(watch.next().targets), told(DISABLED))
        nsp.register(target)
        expect("the list after the second", list(watch.next().targets), told(ENABLED))
        nsp.unregister(target)
        expect("the list after Unregister", list(watch.next().targets), [])


def a_filter_has_the_exact_type_and_status_unless_that_is_any_and_absent_parents_match(nsp):
    enabled, disabled = a_target("172.16.0.1/24"), a_target("172.16.0.2/24", "dns.edge.demo")
    frontend = a_target("frontend-1", None, type=FRONTEND, context={})
    for target in (enabled, enabled, disabled, frontend):
        nsp.register(target)
    one, two = ("172.16.0.1/24", "ENABLED"), ("172.16.0.2/24", "DISABLED")
    expect("the list without a status", nsp.listed(), [one])
    expect("the list of DISABLED", nsp.listed(status=DISABLED), [two])
    expect("the list of ANY", nsp.listed(status=ANY), [one, two])
    expect("the list of a status out of the enum", nsp.listed(status=9), [])
    expect("the list of FRONTEND", nsp.listed(status=ANY, type=FRONTEND), [("frontend-1", "DISABLED")])
    for text, wanted in {
        "": [one, two],
        "..": [one, two],
        ".edge": [one, two],
        "..demo": [one, two],
        "dns": [two],
        WEB: [one],
        "web.core": [],
        "..other": [],
    }.items():
        expect(f"the list for {text!r}", nsp.listed(status=ANY, stream=stream_of(model, text)), wanted)
    nsp.unregister(enabled, disabled, frontend)


def what_cannot_be_a_target_is_refused_and_nothing_is_stored(nsp):
    for what, target in {
        "ips": a_target(ips=[]),
        '"172.16.0.300/24"': a_target("172.16.0.300/24"),
        "is of the VIP": a_target("20.0.0.1/32"),
        "stream.name": a_target(stream=None),
        "stream.conduit.name": a_target(stream="web"),
        "stream.conduit.trench.name": a_target(stream="web.edge"),
        'status "2"': a_target(status=ANY),
        'status "9"': a_target(status=9),
        'type "9"': a_target(type=9),
        'context.identifier "串"': a_target(context={"identifier": "串"}),
    }.items():
        refused(lambda: nsp.register(target), grpc.StatusCode.INVALID_ARGUMENT, what)
    expect("the list", nsp.listed(status=ANY), [])


def unregistering_whatever_is_not_there_is_ok(nsp):
    nsp.unregister(a_target("172.16.0.9/24"), a_target(stream=None), registry.Target())


def a_target_without_a_context_and_of_a_stream_that_is_not_configured_is_taken(nsp):
    target = a_target(stream="later.edge.demo", context={})
    nsp.register(target)
    [told] = nsp.targets()
    expect("what is told", (name_of(told.stream), dict(told.context)), ("later.edge.demo", {}))
    nsp.unregister(target)


def fields_that_nobody_knows_are_passed_over(nsp):
    target = strange(a_target())
    with Watch(
        nsp.registry.Watch, strange(registry.Target(status=ANY, stream=stream_of(model, WEB)))
    ) as watch:
        watch.next()
        for wanted in (DISABLED, ENABLED):
            nsp.register(target)
            expect("the list", list(watch.next().targets), [a_target(status=wanted)])
        nsp.unregister(target)
        expect("the list", list(watch.next().targets), [])


CHECKS = (
    a_target_is_disabled_first_then_enabled_and_told_as_it_was_sent,
    a_filter_has_the_exact_type_and_status_unless_that_is_any_and_absent_parents_match,
    what_cannot_be_a_target_is_refused_and_nothing_is_stored,
    unregistering_whatever_is_not_there_is_ok,
    a_target_without_a_context_and_of_a_stream_that_is_not_configured_is_taken,
    fields_that_nobody_knows_are_passed_over,
)
