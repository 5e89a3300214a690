"""What its neighbours rely on in the configuration that an NSP tells, which is deploy/examples/demo.yaml."""

from check import expect, first
from messages import conduit_of, name_of, strange, stream_of
from stubs import model

DEMO, ANY, OTHER = (model.Trench(name=name) for name in ("demo", "", "other"))
CONDUITS, STREAMS = ["core", "edge"], ["api", "dns", "web"]
VIPS = [f"{stream}-{family}" for stream in STREAMS for family in ("v4", "v6")]

# For the kinds whose parent is the trench: absent, it matches nothing; without a name, all.
IN_TRENCH = {
    "WatchConduit": (model.Conduit, CONDUITS, "edge"),
    "WatchVip": (model.Vip, VIPS, "web-v4"),
    "WatchAttractor": (model.Attractor, ["attractor"], "attractor"),
    "WatchGateway": (model.Gateway, ["gateway-v4", "gateway-v6"], "gateway-v6"),
}


def objects(answer):
    """What a list has, sorted by name."""
    [(field, value)] = answer.ListFields() or [(None, [])]
    return sorted(value if field is None or field.is_repeated else [value], key=lambda one: one.name)


def listed(nsp, method, request):
    return objects(first(getattr(nsp.configuration, method), request))


def tells(nsp, method, request, names):
    got = [one.name for one in listed(nsp, method, request)]
    expect(f"the list of {method} {{{str(request).strip()}}}", got, names)


def a_trench_is_told_to_who_asks_for_its_exact_name(nsp):
    tells(nsp, "WatchTrench", DEMO, ["demo"])
    tells(nsp, "WatchTrench", ANY, [])
    tells(nsp, "WatchTrench", OTHER, [])


def in_a_trench_an_absent_one_matches_nothing_and_one_without_a_name_all(nsp):
    for method, (kind, all_names, one) in IN_TRENCH.items():
        tells(nsp, method, kind(), [])
        tells(nsp, method, kind(name=one), [])
        tells(nsp, method, kind(trench=ANY), all_names)
        tells(nsp, method, kind(trench=DEMO), all_names)
        tells(nsp, method, kind(trench=OTHER), [])
        tells(nsp, method, kind(name=one, trench=ANY), [one])
        tells(nsp, method, kind(name="nobody", trench=DEMO), [])


def streams_and_flows_are_told_to_who_names_every_parent(nsp):
    for text, names in {
        "": [],
        "web": [],
        ".": [],
        ".edge": [],
        "..": STREAMS,
        "..demo": STREAMS,
        ".edge.": ["dns", "web"],
        ".edge.demo": ["dns", "web"],
        "web..": ["web"],
        "web.core.demo": [],
        "..other": [],
    }.items():
        stream = stream_of(model, text)
        tells(nsp, "WatchStream", stream, names)
        tells(nsp, "WatchFlow", model.Flow(stream=stream), names)
    tells(nsp, "WatchFlow", model.Flow(), [])
    tells(nsp, "WatchFlow", model.Flow(name="dns", stream=stream_of(model, "..")), ["dns"])


def every_field_of_the_configuration_is_there(nsp):
    conduits = listed(nsp, "WatchConduit", model.Conduit(trench=DEMO))
    expect("the conduits", conduits, [conduit_of(model, f"{name}.demo") for name in CONDUITS])
    streams = listed(nsp, "WatchStream", stream_of(model, "..demo"))
    limits = [(name_of(stream), stream.maxTargets) for stream in streams]
    expect("the streams", limits, [("api.core.demo", 10), ("dns.edge.demo", 100), ("web.edge.demo", 100)])
    api, dns, web = listed(nsp, "WatchFlow", model.Flow(stream=stream_of(model, "..demo")))
    expect("the stream of a flow", name_of(web.stream), "web.edge.demo")
    expect("its source subnets", list(web.sourceSubnets), ["0.0.0.0/0", "::/0"])
    expect("its protocols, in their order", list(dns.protocols), ["udp", "tcp"])
    expect(
        "its ports",
        (list(web.destinationPortRanges), list(dns.sourcePortRanges)),
        (["80", "443"], ["1024-65535"]),
    )
    expect("their priorities", [flow.priority for flow in (api, dns, web)], [5, 10, 10])
    vips = {vip.name: vip.address for vip in api.vips}
    expect("its VIPs", vips, {"api-v4": "40.0.0.1/32", "api-v6": "2001:db8:40::1/128"})


def gateways_have_numbers_of_32_bits_and_only_the_parts_that_they_are_given(nsp):
    bgp, static = listed(nsp, "WatchGateway", model.Gateway(trench=DEMO))
    wanted = model.Gateway(
        name="gateway-v4",
        address="169.254.100.254",
        ipFamily="ipv4",
        protocol="bgp",
        remoteASN=4248829953,
        localASN=8103,
        remotePort=10179,
        localPort=10179,
        holdTime=24,
        bfd=True,
        bfdSpec=model.Gateway.BfdSpec(MinTx=300, MinRx=300, Multiplier=3),
        trench=DEMO,
    )
    expect("the BGP gateway", bgp, wanted)
    expect(
        "the parts of the static one",
        [static.HasField(part) for part in ("bfdSpec", "bgpAuth")],
        [False, False],
    )
    [attractor] = listed(nsp, "WatchAttractor", model.Attractor(trench=DEMO))
    expect("the VIPs of the attractor", sorted(vip.name for vip in attractor.vips), VIPS)
    expect("its gateways", [gateway.name for gateway in attractor.gateways], ["gateway-v4", "gateway-v6"])


def fields_that_nobody_knows_are_passed_over(nsp):
    tells(nsp, "WatchTrench", strange(DEMO), ["demo"])
    tells(nsp, "WatchStream", strange(stream_of(model, ".edge.demo")), ["dns", "web"])
    tells(nsp, "WatchFlow", strange(model.Flow(name="api", stream=stream_of(model, "..demo"))), ["api"])
    for method, (kind, _, one) in IN_TRENCH.items():
        tells(nsp, method, strange(kind(name=one, trench=DEMO)), [one])


CHECKS = (
    a_trench_is_told_to_who_asks_for_its_exact_name,
    in_a_trench_an_absent_one_matches_nothing_and_one_without_a_name_all,
    streams_and_flows_are_told_to_who_names_every_parent,
    every_field_of_the_configuration_is_there,
    gateways_have_numbers_of_32_bits_and_only_the_parts_that_they_are_given,
    fields_that_nobody_knows_are_passed_over,
)
