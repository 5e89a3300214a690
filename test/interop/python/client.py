"""Checks of a server, and of golden bytes, on gRPC's C core and Google's protobuf: they share no line with ours.

    client.py tap TCP-ADDRESS UNIX-ADDRESS NSP-ADDRESS
    client.py nsp ADDRESS
    client.py proxy ADDRESS
    client.py golden FILE

Each check that passes prints a line of JSON; the first that fails says what is wrong on stderr. Exits 0 when all
passed, 1 when one failed, and 2 when it was asked wrongly. The servers have the trench of
deploy/examples/demo.yaml, and nothing else.
"""

import sys

import check
import configuration_client
import golden
import proxy_client
import registry_client
import tap_client


def main(arguments):
    match arguments:
        case ["tap", tcp, unix, nsp]:
            given = tap_client.Application(tcp), tap_client.Application(unix), registry_client.Nsp(nsp)
            return check.run(tap_client.CHECKS, *given)
        case ["nsp", address]:
            checks = *registry_client.CHECKS, *configuration_client.CHECKS
            return check.run(checks, registry_client.Nsp(address))
        case ["proxy", address]:
            return check.run(proxy_client.CHECKS, proxy_client.Proxy(address))
        case ["golden", file]:
            return check.run(golden.CHECKS, file)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
