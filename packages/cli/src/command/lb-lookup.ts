// `syncline lb lookup`: which target a packet would reach.

import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Endpoint, readEndpoint } from '../endpoint.ts';
import { outcomeJson, outcomeText } from '../lb-text.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';
import { staleMsOf, tellStale } from '../stale.ts';
import { addTrenchOption, type ParentOptions, readConduit } from '../stream-name.ts';

interface Options extends Pick<ParentOptions, 'trench'> {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly protocol: string;
  readonly payload: Uint8Array;
}

/** The command. */
export function lbLookupCommand(): Command {
  const endpoint = (flags: string, description: string) =>
    new Option(flags, description).argParser(readEndpoint).makeOptionMandatory();
  return addTrenchOption(new Command('lookup'))
    .description('show which target of a conduit a packet reaches, or why it is dropped')
    .argument('<conduit>', 'conduit.trench')
    .addOption(endpoint('--from <address:port>', 'where the packet comes from'))
    .addOption(endpoint('--to <address:port>', 'where it goes: a VIP, and a port of it'))
    .addOption(
      new Option('--protocol <name>', 'what it is; icmp stands for an echo, which has no ports')
        .choices(['tcp', 'udp', 'sctp', 'icmp'])
        .default('tcp'),
    )
    .addOption(
      new Option('--payload <hex>', 'from the first byte of the transport header, which byte matches look at')
        .argParser(readHex)
        .default(new Uint8Array(), 'none'),
    )
    .action(async (name: string, options: Options, command: Command) => {
      const { trench, conduit } = readConduit(name, options);
      const { from, to, protocol, payload } = options;
      using session = openSession(command, defaultAddress.loadBalancer);
      const packet = {
        sourceIp: from.ip,
        sourcePort: from.port,
        destinationIp: to.ip,
        destinationPort: to.port,
        protocol,
        payload,
      };
      let staleMs = 0;
      const response = await session.connection
        .client(LoadBalancerServiceDefinition)
        .lookup(
          { trench, conduit, packet },
          { signal: session.signal, onHeader: (header) => void (staleMs = staleMsOf(header)) },
        );
      printLine(session.json ? jsonText(outcomeJson(response, staleMs)) : outcomeText(response));
      if (!session.json) tellStale(staleMs);
    });
}

function readHex(text: string): Uint8Array {
  const digits = text.replace(/^0x/, '');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new InvalidArgumentError('expected bytes in hex, such as 0x0050c0de');
  return Buffer.from(digits, 'hex');
}
