// What a case works with: the tools it asked for, real services, and one scope in which all that it starts ends.

import { type Service, startService } from '@syncline/testkit/service.ts';
import { type CommandOptions, type Finished, run } from './command.ts';
import { Program } from './program.ts';
import type { ToolName } from './tools/toolbox.ts';

/** The settings of a service on top of those the testkit gives it. */
export interface ServiceSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** The surroundings of one run of one case. */
export class CaseContext implements AsyncDisposable {
  /** Aborts at the case's deadline. */
  readonly signal: AbortSignal;
  readonly #tools: ReadonlyMap<ToolName, string>;
  readonly #stack = new AsyncDisposableStack();
  readonly #started: { readonly name: string; readonly lines: () => readonly string[] }[] = [];
  readonly #notes: string[] = [];

  constructor(tools: ReadonlyMap<ToolName, string>, signal: AbortSignal) {
    this.#tools = tools;
    this.signal = signal;
  }

  /** Path of a tool; throws when the case does not list it in `needs`. */
  tool(name: ToolName): string {
    const path = this.#tools.get(name);
    if (path === undefined) throw new Error(`the case does not say that it needs ${name}`);
    return path;
  }

  /** Runs a tool to its end. */
  run(
    tool: ToolName,
    args: readonly string[],
    options: Omit<CommandOptions, 'signal'> = {},
  ): Promise<Finished> {
    return run(this.tool(tool), args, { ...options, signal: this.signal });
  }

  /** Starts a tool that runs beside the case. */
  async start(tool: ToolName, args: readonly string[]): Promise<Program> {
    const program = this.own(await Program.start(this.tool(tool), args));
    this.#started.push({ name: tool, lines: () => program.logs.lines });
    return program;
  }

  /** Starts our device; it serves when this resolves. */
  startDevice(settings: ServiceSettings = {}): Promise<Service> {
    return this.#startService('device', settings);
  }

  /** Starts our datastore; it serves when this resolves. */
  startDatastore(settings: ServiceSettings = {}): Promise<Service> {
    return this.#startService('datastore', settings);
  }

  /** Starts our region syncer; it serves when this resolves, and may still load. */
  startRegionSyncer(settings: ServiceSettings = {}): Promise<Service> {
    return this.#startService('region-syncer', settings);
  }

  /** Starts our simulated stores; they may not have joined a PD when this resolves. */
  startRegionFeed(settings: ServiceSettings = {}): Promise<Service> {
    return this.#startService('region-feed', settings);
  }

  /** Starts one of the tap and its neighbours; it serves when this resolves, and may lack what it needs. */
  startOfTrench(
    name: 'nsp' | 'ipam' | 'proxy' | 'tap' | 'load-balancer',
    settings: ServiceSettings,
  ): Promise<Service> {
    return this.#startService(name, settings);
  }

  /** Starts a service again, on its data and its ports; one that still runs is stopped first. `name` is for reports. */
  async restart(name: string, service: Service): Promise<Service> {
    return this.#runs(name, await service.restart());
  }

  /** Says something on the case's line of the report, when it passes: what was found, beside that it was as wanted. */
  note(text: string): void {
    this.#notes.push(text);
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Disposes `resource` when the case ends, the last one first. */
  own<T extends AsyncDisposable | Disposable>(resource: T): T {
    return this.#stack.use(resource);
  }

  /** What services and programs wrote last, for the report of a failure. */
  get logs(): string {
    return this.#started.map(({ name, lines }) => `--- ${name}\n${lines().slice(-15).join('\n')}`).join('\n');
  }

  async #startService(name: string, settings: ServiceSettings): Promise<Service> {
    return this.#runs(name, await startService({ service: name, ...settings }));
  }

  #runs(name: string, service: Service): Service {
    this.#started.push({ name, lines: () => service.logs });
    return this.own(service);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
