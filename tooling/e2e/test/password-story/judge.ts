/** A password change that was promised to be over. Moments are on the one monotonic clock of the machine, in milliseconds. */
export interface Change {
  readonly region: string;
  readonly user: string;
  readonly version: number;
  /** Before the delete was sent to the proxy. */
  readonly sentAt: number;
  /** After `invalidate` or `mutate`, everywhere, had resolved. */
  readonly confirmedAt: number;
}

/** When a service began the latest read that accepted a token. */
export interface Accepted {
  readonly region: string;
  readonly service: string;
  readonly user: string;
  readonly version: number;
  readonly lastBeganAt: number;
}

/** Hears everything, and judges when all of it has arrived: messages of different processes overtake each other. */
export class Judge {
  readonly #maxStalenessMs: number;
  readonly #changes: Change[] = [];
  /** The latest of each service and token: only that can be too late. */
  readonly #accepted = new Map<string, Accepted>();
  readonly #heard = new Map<string, number[]>();

  constructor(maxStalenessMs: number) {
    this.#maxStalenessMs = maxStalenessMs;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  confirm(change: Change): void {
    this.#changes.push(change);
  }

  accept(accepted: Accepted): void {
    const { service, user, version, lastBeganAt } = accepted;
    const name = `${service} ${user}.${version}`;
    if ((this.#accepted.get(name)?.lastBeganAt ?? 0) < lastBeganAt) this.#accepted.set(name, accepted);
  }

  /** The log of a region named the token of a user that is changed in another one. */
  hear(region: string, user: string, at: number): void {
    const name = `${region} ${user}`;
    this.#heard.set(name, [...(this.#heard.get(name) ?? []), at]);
  }

  /** From the confirmation of a change to its arrival in the log of another region; Infinity while it is not there. */
  lagMs(change: Change, region: string): number {
    const heardAt = this.#heardAt(change, region);
    return heardAt === undefined ? Infinity : heardAt - change.confirmedAt;
  }

  /** For how long after its confirmation the old token of a change was still accepted in a region; 0 at least. */
  acceptedForMs(change: Change, region: string): number {
    return Array.from(this.#accepted.values())
      .filter((read) => read.region === region && isOlder(read, change))
      .reduce((longest, { lastBeganAt }) => Math.max(longest, lastBeganAt - change.confirmedAt), 0);
  }

  /** Every old token that was accepted too late. */
  verdict(): string[] {
    return this.#changes.flatMap((change) =>
      Array.from(this.#accepted.values())
        .filter((read) => isOlder(read, change))
        .flatMap((read) => this.#broken(read, change)),
    );
  }

  #broken({ region, service, user, version, lastBeganAt }: Accepted, change: Change): string[] {
    const heardAt = this.#heardAt(change, region);
    const endsAt =
      region === change.region ? change.confirmedAt : heardAt === undefined ? Infinity : heardAt + this.#maxStalenessMs;
    if (lastBeganAt <= endsAt) return [];
    const late = (lastBeganAt - endsAt).toFixed(1);
    return [
      `${service} accepted ${user}.${version} of ${change.region} ${late} ms after ${user}.${change.version} ended it`,
    ];
  }

  #heardAt({ user, sentAt }: Change, region: string): number | undefined {
    return this.#heard.get(`${region} ${user}`)?.find((at) => at >= sentAt);
  }
}

function isOlder(read: Accepted, change: Change): boolean {
  return read.user === change.user && read.version < change.version;
}
