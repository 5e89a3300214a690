// The spans of a datastore in the core. A window's span runs from its first bytes to its commit and is linked to the
// batches that filled it and to the changes the device named; the commit's is linked to the window, and its context
// goes with what is pushed. Links, not parents: a window belongs to many traces.
import { type Link, ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api';
import { traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { fail, linksTo, maxLinks, tracer } from '@syncline/telemetry/tracer.ts';
import type { Sync } from './sync.ts';
import type { Window } from './window.ts';

interface Opened {
  readonly span: Span;
  links: number;
}

export class CoreTrace {
  readonly #datastore: string;
  readonly #windows: WeakMap<Window, Opened> = new WeakMap();
  #commit: string | undefined;

  constructor(datastore: string) {
    this.#datastore = datastore;
  }

  /** The context of the commit under way, to be carried by what it pushes. */
  get traceparent(): string | undefined {
    return this.#commit;
  }

  /** Bytes went into the window: they came with `batch`, and the device said that they belong to `changes`. */
  filled(sync: Sync, window: Window, batch: string | undefined, changes: readonly string[]): void {
    const links = linksTo([batch, ...changes]);
    const opened = this.#windows.get(window);
    if (opened === undefined) this.#open(sync, window, links);
    else {
      const room = maxLinks - opened.links;
      for (const link of links.slice(0, room)) opened.span.addLink(link);
      opened.links += Math.min(room, links.length);
    }
  }

  /** Runs the commit of a window in a span of its own, and ends the window's span when it succeeds. */
  committing<Result>(sync: Sync, window: Window, commit: () => Result): Result {
    const opened = this.#windows.get(window);
    const span = tracer.startSpan(
      'commit',
      {
        kind: SpanKind.INTERNAL,
        attributes: { ...this.#names(sync), 'syncline.items': window.items, 'syncline.window': window.kind },
        links: opened === undefined ? [] : [{ context: opened.span.spanContext() }],
      },
      ROOT_CONTEXT,
    );
    this.#commit = traceparentOf(span.spanContext());
    try {
      const result = commit();
      this.discarded(window);
      return result;
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      this.#commit = undefined;
      span.end();
    }
  }

  /** The window is done with. */
  discarded(window: Window): void {
    this.#windows.get(window)?.span.end();
    this.#windows.delete(window);
  }

  #open(sync: Sync, window: Window, links: Link[]): void {
    const span = tracer.startSpan(
      'window',
      {
        kind: SpanKind.CONSUMER,
        attributes: { ...this.#names(sync), 'syncline.window': window.kind, 'syncline.epoch': window.epoch },
        links,
      },
      ROOT_CONTEXT,
    );
    this.#windows.set(window, { span, links: links.length });
  }

  #names(sync: Sync): Record<string, string> {
    return { 'syncline.datastore': this.#datastore, 'syncline.sync': sync.name };
  }
}
