import { Timeline } from './timeline.ts';

/** What a process says. Moments are on the one monotonic clock of the machine, in milliseconds. */
export type MemberMessage =
  | { kind: 'ask'; what: 'read' | 'write'; key: string; id: number }
  | { kind: 'served'; name: string; by: string; key: string; version: number; beganAt: number }
  | { kind: 'confirmed'; name: string; key: string; version: number; at: number; everywhere?: boolean }
  | { kind: 'owed'; name: string; key: string; version: number }
  | { kind: 'left'; name: string; by: string; key: string; version: number }
  | { kind: 'ready' | 'settled'; name: string }
  | { kind: 'failed'; name: string; text: string };

type Served = Extract<MemberMessage, { kind: 'served' }>;
type Confirmed = Extract<MemberMessage, { kind: 'confirmed' }>;
type Left = Extract<MemberMessage, { kind: 'left' }>;

/** Hears everything, and judges when all of it has arrived: messages of different processes overtake each other. */
export class Judge {
  readonly #boundMs: number;
  readonly #served: Served[] = [];
  /** By key, by key and `everywhere`, and by key and process. */
  readonly #confirmed = new Map<string, Timeline>();
  readonly #owed = new Map<string, { name: string; version: number }[]>();
  readonly #left: Left[] = [];
  readonly #failed: string[] = [];

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  hear(message: MemberMessage): void {
    switch (message.kind) {
      case 'ask':
      case 'ready':
      case 'settled':
        return;
      case 'served':
        this.#served.push(message);
        return;
      case 'confirmed':
        this.#confirm(message);
        return;
      case 'owed':
        this.#owed.set(message.key, [...(this.#owed.get(message.key) ?? []), message]);
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
    const rules = [
      ['bound', key, beganAt - this.#boundMs],
      ['everywhere', `${key} everywhere`, beganAt],
      ['own', `${key} ${name}`, beganAt],
    ] as const;
    return rules.flatMap(([rule, of, until]) => {
      const newer = this.#confirmed.get(of)?.newerThan(version, until);
      if (newer === undefined) return [];
      const age = (beganAt - newer.at).toFixed(1);
      return [`${rule}: ${name} ${by} ${key} v${version}, v${newer.version} for ${age} ms at ${beganAt.toFixed(0)}`];
    });
  }

  #confirm({ name, key, version, at, everywhere = false }: Confirmed): void {
    for (const of of [key, `${key} ${name}`, ...(everywhere ? [`${key} everywhere`] : [])]) {
      const timeline = this.#confirmed.get(of) ?? new Timeline();
      this.#confirmed.set(of, timeline);
      timeline.add(at, version);
    }
  }

  #required(key: string): number {
    const owed = (this.#owed.get(key) ?? []).map(({ version }) => version);
    return Math.max(0, this.#confirmed.get(key)?.newest ?? 0, ...owed);
  }
}
