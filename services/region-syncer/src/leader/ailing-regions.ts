// The peers that leaders of regions complain of. No record has them, so a leader keeps them beside the tree, for the
// regions that have any. Invariant: only regions of the tree are here, each as its last heartbeat has it.

import { joined } from '../regions/uint64.ts';
import { type AilingPeers, ailingPeers, readAilingPeers } from '../wire/ailing-peers.ts';
import type { Heartbeat } from '../wire/heartbeat.ts';

export class AilingRegions {
  readonly #byId: Map<bigint, Uint8Array> = new Map();

  /** Takes what a heartbeat, read from `bytes`, says of its region. */
  note(bytes: Uint8Array, heartbeat: Heartbeat): void {
    const { region, downPeers, pendingPeers } = heartbeat;
    const isWell = downPeers.length === 0 && pendingPeers.length === 0;
    if (isWell && this.#byId.size === 0) return;
    const id = joined(region.idLo, region.idHi);
    const ailing = isWell ? undefined : ailingPeers(bytes, heartbeat);
    if (ailing === undefined) this.#byId.delete(id);
    else this.#byId.set(id, ailing);
  }

  /** A region is gone. */
  forget(idLo: number, idHi: number): void {
    if (this.#byId.size > 0) this.#byId.delete(joined(idLo, idHi));
  }

  /** Undefined when all peers are well, as far as is known. */
  of(idLo: number, idHi: number): AilingPeers | undefined {
    const ailing = this.#byId.size === 0 ? undefined : this.#byId.get(joined(idLo, idHi));
    return ailing && readAilingPeers(ailing);
  }

  /** All are forgotten: another leader has heard of them meanwhile. */
  clear(): void {
    this.#byId.clear();
  }
}
