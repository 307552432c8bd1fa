/** One policy change as it came to the sink. */
export interface Arrival {
  readonly token: number;
  readonly idempotencyKey: string;
  /** Its place in the order, from 1. Each depends on the one before it. */
  readonly place: number;
}

/** What the sink does with an arrival. */
export type Ruling = 'applied' | 'repeated' | 'stale' | 'wrong';

/**
 * A resource that checks fencing tokens and does not put up with disorder: it applies a change only after the one before
 * it, knows again what it has applied, and turns away whoever was overtaken.
 */
export class OrderJudge {
  /** What went wrong: a change that came before its turn, or under the key of another. */
  readonly wrongs: string[] = [];
  readonly counts: Record<Ruling, number> = { applied: 0, repeated: 0, stale: 0, wrong: 0 };
  #token = 0;
  readonly #keys: string[] = [];

  /** The newest token that it has seen. */
  get token(): number {
    return this.#token;
  }

  /** How many changes were applied: all up to this place. */
  get place(): number {
    return this.#keys.length;
  }

  rule(arrival: Arrival): Ruling {
    const ruling = this.#ruleOf(arrival);
    this.counts[ruling] += 1;
    if (ruling === 'wrong') {
      const { place, idempotencyKey, token } = arrival;
      this.wrongs.push(`${place} as ${idempotencyKey} under ${token} after ${this.place}`);
    }
    return ruling;
  }

  #ruleOf({ token, idempotencyKey, place }: Arrival): Ruling {
    if (token < this.#token) return 'stale';
    this.#token = token;
    if (place <= this.place) return this.#keys[place - 1] === idempotencyKey ? 'repeated' : 'wrong';
    if (place > this.place + 1) return 'wrong';
    this.#keys.push(idempotencyKey);
    return 'applied';
  }
}
