// A child process's side: what it was started with, the orders it gets, the reports it gives. It ends with its parent.

interface Failure {
  readonly kind: 'failed';
  readonly why: string;
}

/** The parent of this process, which was started by Child.start. */
export class Parent<Options, Order, Report> {
  readonly options: Options;

  constructor() {
    if (process.send === undefined) throw new Error('this file is started by bench/main.ts, not by hand');
    this.options = JSON.parse(process.argv[2] ?? '') as Options;
    process.on('disconnect', () => process.exit());
  }

  report(report: Report | Failure): void {
    process.send?.(report);
  }

  /** Carries orders out; each is answered by what `perform` gives. */
  onOrder(perform: (order: Order) => Promise<Report> | Report): void {
    process.on('message', (order: Order) => {
      this.guard((async () => this.report(await perform(order)))());
    });
  }

  /** Reports a failure of `work` instead of ending on it. */
  guard(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(error));
  }

  fail(error: unknown): void {
    this.report({
      kind: 'failed',
      why: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
}
