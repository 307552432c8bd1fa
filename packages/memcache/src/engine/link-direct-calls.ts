import type { Clock } from '@lockstep/core';

import type { AnswerTaker, CallTracker, DriverDirectCalls } from '../driver/direct-calls.ts';
import type { OpaqueCounter } from '../protocol/opaque-counter.ts';
import { DirectRequest } from './direct-request.ts';
import type { ResolvedMetaOptions } from './meta-options.ts';
import type { NodeLink } from './node-link.ts';
import { maxInlineBytes } from './outbox.ts';

const maxFlags = 0xffff_ffff;
const maxTtlSeconds = 0x7fff_ffff;

/** Writes reads and stores right where they are sent from, as long as nothing stands in the way. */
export class LinkDirectCalls implements DriverDirectCalls {
  readonly #link: NodeLink;
  readonly #opaques: OpaqueCounter;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  constructor(link: NodeLink, { timeoutMs, clock }: ResolvedMetaOptions, opaques: OpaqueCounter) {
    this.#link = link;
    this.#opaques = opaques;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  get(key: string, taker: AnswerTaker, tracker: CallTracker): boolean {
    const outbox = this.#link.outboxFor(key);
    if (outbox === undefined) return false;
    const now = this.#clock.monotonic();
    const opaque = this.#opaques.take(1);
    const bytes = outbox.addRead(key, opaque);
    if (bytes === 0) return false;
    this.#link.follow(new DirectRequest(true, key, bytes, opaque, now, now + this.#timeoutMs, taker, tracker));
    return true;
  }

  set(
    key: string,
    value: Buffer,
    start: number,
    end: number,
    flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
    tracker: CallTracker,
  ): boolean {
    if (end - start > maxInlineBytes) return false;
    const outbox = this.#link.outboxFor(key);
    if (outbox === undefined) return false;
    if (!isWithin(flags, maxFlags) || !isWithin(ttlSeconds, maxTtlSeconds)) return false;
    const now = this.#clock.monotonic();
    const opaque = this.#opaques.take(1);
    const bytes = outbox.addStore(key, opaque, value, start, end, flags, ttlSeconds);
    if (bytes === 0) return false;
    this.#link.follow(new DirectRequest(false, key, bytes, opaque, now, now + this.#timeoutMs, taker, tracker));
    return true;
  }
}

function isWithin(number: number, most: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= most;
}
