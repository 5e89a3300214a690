"""What an application relies on in a tap, asked by TCP and by the unix socket."""

import grpc
from check import SECONDS, Watch, eventually, expect, first, refused
from messages import name_of, padded, strange, stream_of
from stubs import ambassador, ambassador_rpc, model, registry

WEB, DNS, API = "web.edge.demo", "dns.edge.demo", "api.core.demo"


class Application:
    """One connection to a tap; streams are named stream.conduit.trench."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.tap = ambassador_rpc.TapStub(self.channel)

    def open(self, *streams, **options):
        for stream in streams:
            self.tap.Open(stream_of(ambassador, stream), timeout=SECONDS, **options)

    def close(self, *streams, **options):
        for stream in streams:
            self.tap.Close(stream_of(ambassador, stream), timeout=SECONDS, **options)

    def watch(self, stream=""):
        return Watch(self.tap.Watch, stream_of(ambassador, stream))

    def listed(self, stream=""):
        return shown(first(self.tap.Watch, stream_of(ambassador, stream)))

    def becomes(self, listed):
        """Waits until the list is this one."""
        with self.watch() as watch:
            return watch.until(f"{listed}", shown, lambda seen: seen == listed)


def shown(answer):
    """The name and the status of each stream, in the order of the list."""
    status = ambassador.StreamStatus.Status
    return [(name_of(one.stream), status.Name(one.status)) for one in answer.streamStatus]


def as_open(*streams):
    return [(stream, "OPEN") for stream in streams]


def a_stream_opened_by_tcp_is_told_on_both_and_gone_after_its_close(tcp, unix, _):
    with tcp.watch() as by_tcp, unix.watch() as by_unix:
        both = (by_tcp, by_unix)
        for watch in both:
            expect("the first list", shown(watch.next()), [])
        tcp.open(WEB)
        for watch in both:
            seen = watch.until("web OPEN", shown, lambda listed: listed == as_open(WEB))
            repeated = [one for one, after in zip(seen, seen[1:]) if one == after]
            expect("what was told twice in a row", repeated, [])
        unix.close(WEB)
        for watch in both:
            watch.until("no stream", shown, lambda listed: listed == [])


def an_open_stream_is_one_enabled_target_of_the_registry(_, unix, nsp):
    unix.open(WEB)
    unix.becomes(as_open(WEB))
    [target] = nsp.targets()
    expect(
        "its status and type",
        (target.status, target.type),
        (registry.Target.ENABLED, registry.Target.DEFAULT),
    )
    expect("its stream", target.stream, stream_of(model, WEB))
    expect("the keys of its context", list(target.context), ["identifier"])
    expect("its identifier from 1 to 100", 1 <= int(target.context["identifier"]) <= 100, True)
    expect("how many addresses it has", len(target.ips), 2)
    unix.close(WEB)
    eventually("an empty registry", nsp.targets, lambda targets: targets == [])


def a_filter_without_parents_or_names_matches_all(tcp, unix, _):
    tcp.open(WEB, DNS, API)
    tcp.becomes(as_open(WEB, DNS, API))
    for text, wanted in {
        "": [WEB, DNS, API],
        "..": [WEB, DNS, API],
        "..demo": [WEB, DNS, API],
        ".edge": [WEB, DNS],
        ".edge.": [WEB, DNS],
        "dns": [DNS],
        "web.core": [],
        API: [API],
        "..other": [],
    }.items():
        expect(f"the list for {text!r}", unix.listed(text), as_open(*wanted))
    tcp.close(WEB, DNS, API)


def what_is_malformed_is_refused_in_meridios_words(tcp, unix, _):
    for application in (tcp, unix):
        for call in (application.open, application.close):
            for stream, text in {
                "web": "conduit cannot be nil",
                "web.edge": "trench cannot be nil",
                ".edge.demo": 'stream name ""',
                "web..demo": 'conduit name ""',
                "web.edge.": 'trench name ""',
                # A status text goes percent-encoded.
                "wéb % 串.edge.demo": 'stream name "wéb % 串"',
            }.items():
                refused(lambda: call(stream), grpc.StatusCode.INVALID_ARGUMENT, text)
    expect("the list", tcp.listed(), [])


def another_trench_is_refused_in_meridios_words_and_closing_in_it_is_ok(tcp, unix, _):
    tcp.open(WEB)
    text = "open failed to set trench: another trench is already connected"
    refused(lambda: unix.open("web.edge.other"), grpc.StatusCode.FAILED_PRECONDITION, text)
    unix.close("web.edge.other", "nobody.edge.demo", "web.nobody.demo")
    expect("the streams", [name for name, _ in unix.listed()], [WEB])
    tcp.close(WEB)


def opening_and_closing_twice_changes_nothing(tcp, _, nsp):
    tcp.open(WEB, WEB)
    tcp.becomes(as_open(WEB))
    tcp.open(WEB)
    expect("the list", tcp.listed(), as_open(WEB))
    eventually("one target", nsp.targets, lambda targets: len(targets) == 1)
    tcp.close(WEB, WEB)
    expect("the list", tcp.listed(), [])


def a_stream_that_is_not_configured_is_undefined(_, unix, __):
    unix.open("nobody.edge.demo")
    unix.becomes([("nobody.edge.demo", "UNDEFINED")])
    unix.close("nobody.edge.demo")


def fields_that_nobody_knows_are_passed_over(tcp, unix, _):
    web = strange(stream_of(ambassador, WEB))
    for application in (tcp, unix):
        application.tap.Open(web, timeout=SECONDS)
        with Watch(application.tap.Watch, web) as watch:
            watch.until("web OPEN", shown, lambda seen: seen == as_open(WEB))
        application.tap.Close(web, timeout=SECONDS)
        expect("the list", application.listed(), [])


def a_compressed_request_is_read_and_refused_when_it_is_too_long_unpacked(tcp, unix, _):
    web = stream_of(ambassador, WEB)
    for application in (tcp, unix):
        for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
            options = {"compression": compression, "timeout": SECONDS}
            application.tap.Open(padded(web, 8 << 10), **options)
            expect("the streams", [name for name, _ in application.listed()], [WEB])
            application.tap.Close(padded(web, 8 << 10), **options)
            exhausted = grpc.StatusCode.RESOURCE_EXHAUSTED
            refused(lambda: application.tap.Open(padded(web, 4 << 20), **options), exhausted, "")
            expect("the list", application.listed(), [])


def bytes_that_are_no_message_are_refused_and_the_connection_goes_on(tcp, unix, _):
    for application in (tcp, unix):
        path = "/ambassador.v1.Tap/Open"
        raw = application.channel.unary_unary(path, request_serializer=None, response_deserializer=None)
        # A field of 127 bytes of which one is there.
        refused(lambda: raw(b"\x0a\x7f\x00", timeout=SECONDS), grpc.StatusCode.INTERNAL, "")
        expect("the list", application.listed(), [])


def a_method_that_there_is_not_is_unimplemented(tcp, *_):
    raw = tcp.channel.unary_unary("/ambassador.v1.Tap/Forget")
    refused(lambda: raw(b"", timeout=SECONDS), grpc.StatusCode.UNIMPLEMENTED, "/ambassador.v1.Tap/Forget")


CHECKS = (
    a_stream_opened_by_tcp_is_told_on_both_and_gone_after_its_close,
    an_open_stream_is_one_enabled_target_of_the_registry,
    a_filter_without_parents_or_names_matches_all,
    what_is_malformed_is_refused_in_meridios_words,
    another_trench_is_refused_in_meridios_words_and_closing_in_it_is_ok,
    opening_and_closing_twice_changes_nothing,
    a_stream_that_is_not_configured_is_undefined,
    fields_that_nobody_knows_are_passed_over,
    a_compressed_request_is_read_and_refused_when_it_is_too_long_unpacked,
    bytes_that_are_no_message_are_refused_and_the_connection_goes_on,
    a_method_that_there_is_not_is_unimplemented,
)
