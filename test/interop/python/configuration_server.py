"""A ConfigurationManager as Meridio's, as far as ours watch one, of a trench that checks can change."""

from messages import conduit_of, strange, stream_of
from stubs import configuration_rpc, model

VIPS = {"web": ["20.0.0.1/32", "2001:db8:20::1/128"], "api": ["40.0.0.1/32"]}
# By stream.conduit.trench; 0 is what servers leave that do not know the field.
MAX_TARGETS = {"web.edge.demo": 100, "dns.edge.demo": 2, "full.edge.demo": 1, "api.core.demo": 0}

# Objects that lack every part that they can lack.
BARE = {
    "conduits": model.Conduit(name="bare"),
    "streams": model.Stream(name="bare"),
    "flows": model.Flow(name="bare", vips=[model.Vip(name="bare")]),
}


class ConfigurationServer(configuration_rpc.ConfigurationManagerServicer):
    """Answers with fields that nobody knows, and with a bare object in each list."""

    def __init__(self, journal, state):
        self._journal = journal
        self._state = state
        self._conduits = [conduit_of(model, name) for name in ("edge.demo", "core.demo")]
        self._streams = [stream_with(name, limit) for name, limit in MAX_TARGETS.items()]

    def remove_stream(self, text):
        with self._state:
            self._streams = [
                stream for stream in self._streams if stream != stream_with(text, MAX_TARGETS[text])
            ]

    def restore_stream(self, text):
        with self._state:
            self._streams = [*self._streams, stream_with(text, MAX_TARGETS[text])]

    def WatchConduit(self, request, context):
        return self._tell(
            "WatchConduit", model.ConduitResponse, lambda: self._conduits, _in_trench, request, context
        )

    def WatchStream(self, request, context):
        return self._tell(
            "WatchStream", model.StreamResponse, lambda: self._streams, _of_conduit, request, context
        )

    def WatchFlow(self, request, context):
        return self._tell("WatchFlow", model.FlowResponse, self._flows, _of_stream, request, context)

    def _flows(self):
        """One of each stream that has VIPs."""
        return [
            model.Flow(
                name=stream.name,
                stream=stream,
                vips=[model.Vip(name=address, address=address) for address in VIPS[stream.name]],
            )
            for stream in self._streams
            if stream.name in VIPS
        ]

    def _tell(self, call, response, objects, matches, request, context):
        self._journal.add(call, request, context)
        [field] = response.DESCRIPTOR.fields

        def look():
            listed = [BARE[field.name], *(one for one in objects() if matches(request, one))]
            return strange(response(**{field.name: listed}))

        return self._state.follow(context, look)


def stream_with(text, max_targets):
    stream = stream_of(model, text)
    stream.maxTargets = max_targets
    return stream


def _named(filter, one):
    return filter.name in ("", one.name)


# A parent that the filter leaves out matches nothing.


def _in_trench(filter, one):
    return filter.HasField("trench") and _named(filter, one) and _named(filter.trench, one.trench)


def _of_conduit(filter, stream):
    return (
        filter.HasField("conduit") and _named(filter, stream) and _in_trench(filter.conduit, stream.conduit)
    )


def _of_stream(filter, flow):
    return filter.HasField("stream") and _named(filter, flow) and _of_conduit(filter.stream, flow.stream)
