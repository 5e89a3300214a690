// A member's client URL, as PD's clients and members pass it around.

/** The ports that a URL leaves out. */
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** `host:port` of a client URL, whatever its scheme; undefined when it has none. */
export function addressOf(clientUrl: string): string | undefined {
  const url = URL.parse(clientUrl);
  const port = url?.port || defaultPorts[url?.protocol ?? ''];
  return !url?.hostname || port === undefined ? undefined : `${url.hostname}:${port}`;
}
