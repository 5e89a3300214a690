// A line that a service logged: JSON as its logger writes it, or plain text.

/** What of it matters here. */
export interface LogRecord {
  /** 'text' for a line that is no log record, such as a list of wrong settings. */
  readonly level: string;
  readonly message: string;
  /** The error it is about, '' without one. */
  readonly error: string;
  /** With message `serving`: where. */
  readonly port: number | undefined;
}

/** Reads a line. */
export function readLog(line: string): LogRecord {
  const record = parse(line);
  if (record === undefined) return { level: 'text', message: line, error: '', port: undefined };
  const { level, msg, err, port } = record;
  return {
    level: typeof level === 'string' ? level : 'info',
    message: typeof msg === 'string' ? msg : '',
    error: isObject(err) ? errorText(err) : '',
    port: typeof port === 'number' ? port : undefined,
  };
}

/** The error's own message: in `message` the logger has added those of its causes. */
function errorText({ type, message, stack }: Readonly<Record<string, unknown>>): string {
  if (typeof stack === 'string' && typeof type === 'string') {
    const [head = ''] = stack.split('\n    at ', 1);
    if (head.startsWith(`${type}: `)) return head.slice(type.length + 2);
  }
  return typeof message === 'string' ? message : '';
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
