/** What a process says. Moments are on the one monotonic clock of the machine, in milliseconds. */
export type MemberMessage =
  | { kind: 'ask'; what: 'read' | 'write'; key: string; id: number }
  | { kind: 'served'; name: string; by: string; key: string; version: number; beganAt: number }
  | { kind: 'confirmed'; name: string; key: string; version: number; at: number; everywhere?: boolean }
  | { kind: 'owed'; name: string; key: string; version: number }
  | { kind: 'left'; name: string; by: string; key: string; version: number }
  | { kind: 'settled'; name: string }
  | { kind: 'failed'; name: string; text: string };

type Served = Extract<MemberMessage, { kind: 'served' }>;
type Confirmed = Extract<MemberMessage, { kind: 'confirmed' }>;

/** Hears everything, and judges when all of it has arrived: messages of different processes overtake each other. */
export class Judge {
  readonly #boundMs: number;
  readonly #served: Served[] = [];
  readonly #confirmed = new Map<string, Confirmed[]>();
  readonly #owed = new Map<string, { name: string; version: number }[]>();
  readonly #left: Extract<MemberMessage, { kind: 'left' }>[] = [];
  readonly #failed: string[] = [];

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  hear(message: MemberMessage): void {
    switch (message.kind) {
      case 'ask':
      case 'settled':
        return;
      case 'served':
        this.#served.push(message);
        return;
      case 'confirmed':
        listIn(this.#confirmed, message.key).push(message);
        return;
      case 'owed':
        listIn(this.#owed, message.key).push(message);
        return;
      case 'left':
        this.#left.push(message);
        return;
      case 'failed':
        this.#failed.push(`${message.name}: ${message.text}`);
    }
  }

  /** A process has died, and with it what it owed. */
  forget(name: string): void {
    for (const [key, owed] of this.#owed)
      this.#owed.set(
        key,
        owed.filter((each) => each.name !== name),
      );
  }

  get reads(): number {
    return this.#served.length;
  }

  /** How many ended processes have been asked for what is left. */
  get left(): number {
    return this.#left.length;
  }

  /** Every broken promise. */
  verdict(): string[] {
    return [
      ...this.#failed,
      ...this.#served.flatMap((read) => this.#broken(read)),
      ...this.#left
        .filter(({ key, version }) => version < this.#required(key))
        .map(
          ({ name, by, key, version }) =>
            `${name} ${by} ${key} is left at v${version}, v${this.#required(key)} was promised`,
        ),
    ];
  }

  #broken({ name, by, key, version, beganAt }: Served): string[] {
    return (this.#confirmed.get(key) ?? []).flatMap((newer) => {
      const ageMs = beganAt - newer.at;
      if (newer.version <= version || ageMs <= 0) return [];
      const rule =
        ageMs > this.#boundMs ? 'bound' : newer.everywhere === true ? 'everywhere' : newer.name === name ? 'own' : '';
      return rule === ''
        ? []
        : [
            `${rule}: ${name} ${by} ${key} v${version}, v${newer.version} for ${ageMs.toFixed(1)} ms at ${beganAt.toFixed(0)}`,
          ];
    });
  }

  #required(key: string): number {
    const known = [...(this.#confirmed.get(key) ?? []), ...(this.#owed.get(key) ?? [])];
    return Math.max(0, ...known.map(({ version }) => version));
  }
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
