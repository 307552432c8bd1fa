import type { CollectAnswer } from './binary-answer.ts';
import { type BinaryRequest, lengthOf } from './binary-request.ts';

/** Who waits for an answer. */
export interface Caller {
  /** Set when it waits no more: what has not been sent for it by then never is. */
  hasLeft: boolean;
}

/** A command in its place. It keeps the place after its caller has left, until its reply has come. */
export interface PendingCall {
  readonly opaque: number;
  readonly order: number;
  readonly request: BinaryRequest;
  readonly caller: Caller;
  readonly collect: CollectAnswer<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The commands of a connection whose replies are to come, by their opaque numbers. */
export class PendingCalls {
  /** Bytes of these commands. */
  bytes = 0;
  readonly #calls = new Map<number, PendingCall>();
  readonly #opaqueCount: number;
  #nextOpaque: number;
  #orders = 0;
  #lastAnswered = -1;

  /** The opaque numbers begin with `firstOpaque` and start over after `opaqueCount` of them. */
  constructor(firstOpaque = 0, opaqueCount: number = 2 ** 32) {
    this.#nextOpaque = firstOpaque;
    this.#opaqueCount = opaqueCount;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(opaque: number): PendingCall | undefined {
    return this.#calls.get(opaque);
  }

  /** Gives a command its number and its place. */
  add(call: Omit<PendingCall, 'opaque' | 'order'>): PendingCall {
    const { request, caller, collect, resolve, reject } = call;
    const pending = { opaque: this.#takeOpaque(), order: this.#orders++, request, caller, collect, resolve, reject };
    this.#calls.set(pending.opaque, pending);
    this.bytes += lengthOf(request);
    return pending;
  }

  /** Takes a command out whose reply has come. */
  answer(call: PendingCall): void {
    this.#lastAnswered = Math.max(this.#lastAnswered, call.order);
    this.drop(call);
  }

  /** Takes a command out that was never sent. */
  drop(call: PendingCall): void {
    if (this.#calls.delete(call.opaque)) this.bytes -= lengthOf(call.request);
  }

  /** Takes all out. */
  clear(): PendingCall[] {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.bytes = 0;
    return calls;
  }

  /** Whether a later reply has come than the one that this caller, or nobody any more, waits for. */
  hasLost(caller: Caller): boolean {
    const [oldest] = this.#calls.values();
    if (oldest === undefined || oldest.order > this.#lastAnswered) return false;
    return oldest.caller.hasLeft || oldest.caller === caller;
  }

  #takeOpaque(): number {
    // Unsigned: memjs wraps to a negative number after 2^31 calls and fails from then on.
    while (this.#calls.has(this.#nextOpaque)) this.#advance();
    const opaque = this.#nextOpaque;
    this.#advance();
    return opaque;
  }

  #advance(): void {
    this.#nextOpaque = (this.#nextOpaque + 1) % this.#opaqueCount;
  }
}
