// A line that a service logged: JSON as its logger writes it, or plain text.

/** What of it matters here. */
export interface LogRecord {
  /** 'text' for a line that is no log record, such as a list of wrong settings. */
  readonly level: string;
  readonly message: string;
  /** The error it is about, '' without one. */
  readonly error: string;
  /** What the record says of it: which watch, the error, the reason, or the revision that is new; '' without any of them. */
  readonly detail: string;
  /** With message `serving`: where. */
  readonly port: number | undefined;
}

/** Members that say of what, or why. */
const reasons = ['watch', 'why', 'reason', 'error', 'problem', 'detail', 'message'] as const;

/** The messages which say that what a service complained of is over. */
export const recoveries: readonly string[] = [
  'a watch works again',
  'configuration taken',
  'following',
  'no loop is stuck any more',
  'session synced',
  'the disk takes allocations again',
  'the disk takes registrations again',
];

/** Reads a line. */
export function readLog(line: string): LogRecord {
  const record = parse(line);
  if (record === undefined) return { level: 'text', message: line, error: '', detail: '', port: undefined };
  const { level, msg, err, port } = record;
  const error = isObject(err) ? errorText(err) : '';
  return {
    level: typeof level === 'string' ? level : 'info',
    message: typeof msg === 'string' ? msg : '',
    error,
    detail: error === '' ? detailOf(record) : error,
    port: typeof port === 'number' ? port : undefined,
  };
}

/** The record as a line for whoever watches; undefined when it is neither a complaint nor the end of one. */
export function noticeOf({ level, message, detail }: LogRecord): string | undefined {
  if (!['warn', 'error'].includes(level) && !isRecovery(message)) return undefined;
  return detail === '' ? message : `${message}: ${detail}`;
}

function detailOf(record: Readonly<Record<string, unknown>>): string {
  const { msg, revision, watch } = record;
  // What is over has no reason any more.
  if (isRecovery(msg)) {
    if (typeof revision === 'number') return `revision ${revision}`;
    return typeof watch === 'string' ? watch : '';
  }
  const texts = reasons.map((name) => record[name]);
  return texts.filter((text) => typeof text === 'string' && text !== '').join(': ');
}

function isRecovery(message: unknown): boolean {
  return recoveries.some((text) => text === message);
}

/** The error's own message: in `message` the logger has added those of its causes, and `type` is lost between threads. */
function errorText({ message, stack }: Readonly<Record<string, unknown>>): string {
  if (typeof message !== 'string') return '';
  const [head = ''] = typeof stack === 'string' ? stack.split('\n    at ', 1) : [];
  const own = head.slice(head.indexOf(': ') + 2);
  return own !== '' && message.startsWith(own) ? own : message;
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
