"""What tap, ipam, proxy and load balancer do with an NSP that is not ours."""

import grpc
from check import SECONDS, Watch, eventually, expect, refused
from messages import conduit_of, name_of, strange, stream_of
from stubs import Empty, ipam, model, registry
from tap_client import WEB, as_open

EDGE = conduit_of(model, "edge.demo")


def an_address_is_given_in_each_family_and_kept(world):
    def allocate(name, family):
        subnet = ipam.Subnet(conduit=EDGE, node="node-1", ipFamily=family)
        return world.ipam.Allocate(strange(ipam.Child(name=name, subnet=subnet)), timeout=SECONDS)

    given = {
        (name, family): allocate(name, family) for name in ("one", "two") for family in (ipam.IPV4, ipam.IPV6)
    }
    expect("how many addresses", len({answer.address for answer in given.values()}), 4)
    expect("the lengths", {answer.prefixLength for answer in given.values()}, {24, 64})
    for (name, family), answer in given.items():
        expect("the same again", allocate(name, family), answer)
        subnet = ipam.Subnet(conduit=EDGE, node="node-1", ipFamily=family)
        world.ipam.Release(ipam.Child(name=name, subnet=subnet), timeout=SECONDS)


def what_has_no_conduit_or_family_is_refused_in_meridios_words(world):
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    for text, of in {
        "conduit cannot be nil": {},
        "trench cannot be nil": {"conduit": model.Conduit(name="edge")},
        "cannot allocate in this ip family": {"conduit": EDGE, "ipFamily": 7},
    }.items():
        child = ipam.Child(name="one", subnet=ipam.Subnet(node="node-1", **of))
        refused(lambda: world.ipam.Allocate(child, timeout=SECONDS), invalid, text)


def a_stream_is_available_at_the_load_balancer_while_it_is_open(world):
    def names(answer):
        return [name_of(target.stream) for target in answer.targets]

    with Watch(world.balancer.Watch, strange(Empty())) as watch:
        expect("the first list", names(watch.next()), [])
        world.tap.open(WEB)
        world.tap.becomes(as_open(WEB))
        expect("the list", names(watch.next()), [WEB])
        [target] = world.registry.targets()
        expect(
            "its status and stream",
            (target.status, target.stream),
            (registry.Target.ENABLED, stream_of(model, WEB)),
        )
        expect(
            "the networks of its addresses",
            [ip.split(":")[0].split(".")[0] for ip in target.ips],
            ["169", "fd00"],
        )
        world.tap.close(WEB)
        expect("the list after the Close", names(watch.next()), [])
    eventually("an empty registry", world.registry.targets, lambda targets: targets == [])


CHECKS = (
    an_address_is_given_in_each_family_and_kept,
    what_has_no_conduit_or_family_is_refused_in_meridios_words,
    a_stream_is_available_at_the_load_balancer_while_it_is_open,
)
