// Which faults to inject where, as a tester writes it:
// commit.before=kill@3;commit.after=block:2000;store.open=error

/** What happens at a failpoint. */
export type Fault =
  | { readonly kind: 'kill' }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'block'; readonly ms: number }
  | { readonly kind: 'error'; readonly message: string };

/** A fault set at a point: at every hit, or at the `onHit`-th alone (counted from 1). */
export interface ArmedFault {
  readonly point: string;
  readonly fault: Fault;
  readonly onHit: number | undefined;
}

/** The specification was wrong; lists every problem. */
export class FailpointSpecError extends Error {
  override name = 'FailpointSpecError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`failpoints: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/**
 * Reads `point=action[:argument][@n]` entries separated by semicolons. Actions: `kill`, `exit[:code]` (1
 * unless given), `block[:ms]` (for ever unless given), `error[:message]`. `@n` means the n-th hit alone. Throws FailpointSpecError for what it cannot read, a point that is not one of
 * `points`, and a point set twice.
 */
export function parseFailpoints(spec: string, points: readonly string[]): ArmedFault[] {
  const { armed, problems } = read(spec, points);
  if (problems.length > 0) throw new FailpointSpecError(problems);
  return armed;
}

/** What parseFailpoints would refuse; none when it would not. */
export function failpointProblems(spec: string, points: readonly string[]): readonly string[] {
  return read(spec, points).problems;
}

interface Read {
  readonly armed: ArmedFault[];
  readonly problems: readonly string[];
}

function read(spec: string, points: readonly string[]): Read {
  const problems: string[] = [];
  const armed = new Map<string, ArmedFault>();
  for (const entry of spec.split(';').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, point = '', action = '', argument, hit] =
      /^([^=]*)=([^:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(entry) ?? [];
    const fault = readFault(point, action, argument);
    const onHit = hit === undefined ? undefined : readWhole(hit);
    if (action === '') problems.push(`"${entry}" is not point=action[:argument][@n]`);
    else if (!points.includes(point)) problems.push(`"${point}" is not a failpoint (${points.join(', ')})`);
    else if (armed.has(point)) problems.push(`"${point}" is set twice`);
    else if (typeof fault === 'string') problems.push(`"${entry}": ${fault}`);
    else if (onHit !== undefined && !(onHit >= 1))
      problems.push(`"${entry}": @n must be a whole number from 1`);
    else armed.set(point, { point, fault, onHit });
  }
  return { armed: [...armed.values()], problems };
}

/** The fault, or what is wrong with it. */
function readFault(point: string, action: string, argument: string | undefined): Fault | string {
  const number = argument === undefined ? undefined : readWhole(argument);
  switch (action) {
    case 'kill':
      return argument === undefined ? { kind: action } : 'kill takes no argument';
    case 'exit':
      if (number !== undefined && !(number <= 255)) return 'exit takes a code from 0 to 255';
      return { kind: action, code: number ?? 1 };
    case 'block':
      if (Number.isNaN(number)) return 'block takes a whole number of milliseconds';
      return { kind: action, ms: number ?? Number.POSITIVE_INFINITY };
    case 'error':
      return { kind: action, message: argument ?? `failpoint ${point}` };
    default:
      return `"${action}" is not an action (kill, exit, block, error)`;
  }
}

/** The whole number that `text` spells in decimal digits, or NaN. */
function readWhole(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
