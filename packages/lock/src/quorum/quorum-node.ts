import { type Clock, type RedisClient, withDeadline } from '@lockstep/core';

import { LockError } from '../lock-error.ts';
import { quorumScript } from './quorum-script.ts';

/** What a node said in time; `silent`: nothing, or an error. */
export type NodeAnswer = 'yes' | 'no' | 'silent';

/** One acquisition at all nodes, or the lease that came of it. */
export interface Claim {
  readonly key: string;
  /** What the key is called in Redis. */
  readonly name: string;
  readonly owner: string;
  readonly ttlMs: number;
  /** It was given up: what a node still grants is given back there. */
  isOver: boolean;
}

/** So many questions to a node may be without an answer, before it counts as silent at once. */
const MAX_UNANSWERED = 1000;

/** One of the independent masters. Its questions never reject. */
export class QuorumNode {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  #unanswered = 0;

  constructor(client: RedisClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Takes the key or renews it. */
  async take(claim: Claim, timeoutMs: number): Promise<NodeAnswer> {
    const sent = this.#send('take', claim);
    const late = (isTaken: boolean): Promise<unknown> | undefined =>
      isTaken && claim.isOver ? this.free(claim, timeoutMs) : undefined;
    void sent.then(late, () => undefined);
    return this.#within(timeoutMs, sent);
  }

  /** Gives the key back. */
  async free(claim: Claim, timeoutMs: number): Promise<NodeAnswer> {
    return this.#within(timeoutMs, this.#send('free', claim));
  }

  async #send(verb: 'take' | 'free', { name, owner, ttlMs }: Claim): Promise<boolean> {
    if (this.#unanswered >= MAX_UNANSWERED) throw unavailable(`a node left ${MAX_UNANSWERED} questions unanswered`);
    this.#unanswered += 1;
    try {
      return (await quorumScript.run(this.#client, [name], [verb, owner, ttlMs])) === 1;
    } finally {
      this.#unanswered -= 1;
    }
  }

  async #within(ms: number, sent: Promise<boolean>): Promise<NodeAnswer> {
    const onTimeout = (): Error => unavailable(`a node did not answer within ${ms} ms`);
    try {
      return (await withDeadline(sent, { ms, onTimeout, clock: this.#clock })) ? 'yes' : 'no';
    } catch {
      return 'silent';
    }
  }
}

function unavailable(message: string): LockError {
  return new LockError('ERR_LOCK_UNAVAILABLE', message);
}
