// How a conduit and a stream are named: by their own name and those of all above them, since names are unique only
// within a parent.

/** A conduit of a trench. */
export interface ConduitName {
  readonly trench: string;
  readonly conduit: string;
}

/** A stream of a conduit of a trench. */
export interface StreamName extends ConduitName {
  readonly stream: string;
}

/** A map key: two conduits have the same one exactly when trench and conduit are the same, whatever is in the names. */
export function conduitKey({ trench, conduit }: ConduitName): string {
  return JSON.stringify([trench, conduit]);
}

/** A map key: two streams have the same one exactly when all three names are the same, whatever is in the names. */
export function streamKey({ trench, conduit, stream }: StreamName): string {
  return JSON.stringify([trench, conduit, stream]);
}

/** For people, inner name first as Meridio writes it: `stream.conduit.trench`. Not a key, since names may have dots. */
export function fullName({ trench, conduit, stream }: StreamName): string {
  return `${stream}.${conduit}.${trench}`;
}
