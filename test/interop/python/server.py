"""An NSP and a proxy on gRPC's C core for ours to live with, and checks of what ours make of them.

Prints `serving` with the addresses of "nsp" and "proxy" in JSON; then reads one line of JSON with the addresses of
what was started on them: a "tap" that is called pod-1 on node-1 and uses both, or a "tap", an "ipam" and a
"load-balancer" that use the NSP. Each check that passes prints a line of JSON; the first that fails says what is
wrong on stderr. Exits 0 when all passed.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import check
import grpc
import served_tap
import served_trench
from configuration_server import ConfigurationServer
from journal import Journal, State
from messages import name_of
from proxy_server import ProxyServer
from registry_server import RegistryServer
from stubs import (
    configuration_rpc,
    connection_rpc,
    ipam_rpc,
    loadbalancer_rpc,
    networkservice_rpc,
    registry,
    registry_rpc,
)
from tap_client import Application

# A stream that is open holds one.
THREADS = 64


class World:
    """Our servers, and connections to what lives with them."""

    def __init__(self):
        self.journal = Journal()
        state = State()
        self.configuration = ConfigurationServer(self.journal, state)
        self.registry = RegistryServer(self.journal, state)
        self.proxy = ProxyServer(self.journal)
        self._servers = [grpc.server(ThreadPoolExecutor(THREADS)) for _ in ("nsp", "proxy")]
        nsp, proxy = self._servers
        configuration_rpc.add_ConfigurationManagerServicer_to_server(self.configuration, nsp)
        registry_rpc.add_TargetRegistryServicer_to_server(self.registry, nsp)
        networkservice_rpc.add_NetworkServiceServicer_to_server(self.proxy, proxy)
        connection_rpc.add_MonitorConnectionServicer_to_server(self.proxy, proxy)

    def serve(self):
        """Starts the servers, and gives their addresses."""
        ports = [server.add_insecure_port("127.0.0.1:0") for server in self._servers]
        for server in self._servers:
            server.start()
        return {name: f"127.0.0.1:{port}" for name, port in zip(("nsp", "proxy"), ports)}

    def meet(self, addresses):
        """Connects to what was started."""
        self.tap = Application(addresses["tap"])
        if "ipam" in addresses:
            self.ipam = ipam_rpc.IpamStub(grpc.insecure_channel(addresses["ipam"]))
            channel = grpc.insecure_channel(addresses["load-balancer"])
            self.balancer = loadbalancer_rpc.StreamAvailabilityServiceStub(channel)

    def registered(self, stream):
        """The target of the tap, when it is enabled."""
        for target in self.registry.targets():
            if name_of(target.stream) == stream and target.status == registry.Target.ENABLED:
                return target
        return None

    def stop(self):
        for server in self._servers:
            server.stop(None).wait()


def main():
    world = World()
    print("serving", json.dumps(world.serve()), flush=True)
    try:
        addresses = json.loads(sys.stdin.readline())
        world.meet(addresses)
        checks = served_trench.CHECKS if "ipam" in addresses else served_tap.CHECKS
        return check.run(checks, world)
    finally:
        world.stop()


if __name__ == "__main__":
    sys.exit(main())
