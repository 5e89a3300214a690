/** What flows and port NATs can be about, as they are written. */
export const protocols: readonly string[] = ['tcp', 'udp', 'sctp'];
