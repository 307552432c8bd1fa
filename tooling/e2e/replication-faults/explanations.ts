import type { Cost } from './fault.ts';

/** What a fault of a seed explains. */
interface Explanation {
  readonly cost: Cost;
  /** The region that the fault was in. */
  readonly region: string;
  /** The keys that it may have taken. @default all */
  readonly isMeant?: ((key: string) => boolean) | undefined;
}

/** What the faults of one seed explain. */
export class Explanations {
  readonly #all: Explanation[] = [];

  add(explanation: Explanation): void {
    this.#all.push(explanation);
  }

  /** Whether a region may have lost a key. */
  mayMiss(name: string, key: string): boolean {
    return this.#all.some(
      ({ cost, region, isMeant }) =>
        cost === (region === name ? 'keys here' : 'keys elsewhere') && (isMeant?.(key) ?? true),
    );
  }

  /** Whether a key may have had an older value for a moment. */
  get mayGoBack(): boolean {
    return this.#all.some(({ cost }) => cost === 'order for readers');
  }
}
