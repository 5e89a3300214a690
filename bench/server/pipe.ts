// Baseline P: nothing in between. The subscriber reads the target itself.

import { type Contender, type Northbound, targetName } from './server.ts';

export class Pipe implements AsyncDisposable {
  readonly kind = 'P';
  readonly northbound: Northbound;

  constructor(device: string) {
    this.northbound = { address: device, target: targetName, origin: 'openconfig' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

export const pipe: Contender = { name: 'P', start: (device) => Promise.resolve(new Pipe(device)) };
