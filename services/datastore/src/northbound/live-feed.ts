// The feeds of one datastore that somebody is live on. A feed's head is what all of its members have been given:
// one joins at the head that its page reached, and messages go to every member or to none.

/** Who is on a feed. */
export interface FeedMember {
  /** Takes a message of the feed; the bytes are shared with every other member. */
  push(frames: Uint8Array, head: number): void;
  /** The feed pushes nothing more until each member has asked. */
  behind(): void;
}

/** One feed; it exists while it has members. */
export class LiveFeed {
  readonly members: ReadonlySet<FeedMember>;
  readonly #members = new Set<FeedMember>();
  readonly #emptied: () => void;
  /** The position up to which every member was given everything. */
  head: number;

  constructor(head: number, emptied: () => void) {
    this.head = head;
    this.members = this.#members;
    this.#emptied = emptied;
  }

  join(member: FeedMember): void {
    this.#members.add(member);
  }

  /** Leaving twice does nothing. */
  leave(member: FeedMember): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#emptied();
  }

  /** Gives a message to every member. One that cannot keep up leaves meanwhile. */
  push(frames: Uint8Array, head: number): void {
    this.head = head;
    for (const member of this.#members) member.push(frames, head);
  }

  behind(): void {
    for (const member of this.#members) member.behind();
  }
}

/** The feeds of one datastore, by the number the core gave them. */
export class LiveFeeds {
  readonly #feeds = new Map<number, LiveFeed>();

  /** Undefined while nobody is live on it. */
  get(feed: number): LiveFeed | undefined {
    return this.#feeds.get(feed);
  }

  /** Adds a member that was given everything up to `head`, which is all there was when the core said so. */
  join(feed: number, head: number, member: FeedMember): LiveFeed {
    const found = this.#feeds.get(feed) ?? new LiveFeed(head, () => this.#feeds.delete(feed));
    this.#feeds.set(feed, found);
    found.head = Math.max(found.head, head);
    found.join(member);
    return found;
  }
}
