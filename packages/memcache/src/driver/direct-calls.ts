/**
 * Takes the answer to a direct call: one of these is called, once, in a later turn or callback than the call. None may
 * throw.
 */
export interface AnswerTaker {
  /** The value is what `bytes` hold from `start` to `end`, which do not change before the turn of the event loop has ended. */
  onValue(bytes: Buffer, start: number, end: number, flags: number): void;
  /** A read has found nothing; a store is done. */
  onDone(): void;
  /** What the promise of the call would be rejected with. */
  onFailure(error: unknown): void;
}

/** Hears of how calls end, before who made them does. */
export interface CallTracker {
  onAnswer(): void;
  /** True when the caller is to see a miss instead. */
  onFailure(error: unknown): boolean;
}

/**
 * Single reads and stores without promises, for servers in which those cost more than all else. Each does what the
 * call of the same name does, as long as nothing special is asked of it: an answer of false means that nothing was done,
 * and that the call of the same name is the one to make.
 */
export interface DirectCalls {
  /** As `get` without options. The key is ASCII, or what `get` takes as it. */
  get(key: string, taker: AnswerTaker): boolean;
  /** As `set` of what `bytes` hold from `start` to `end`, which is copied before this returns. */
  set(
    key: string,
    bytes: Buffer,
    start: number,
    end: number,
    flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
  ): boolean;
}

/** As `DirectCalls`, of one server. */
export interface DriverDirectCalls {
  get(key: string, taker: AnswerTaker, tracker: CallTracker): boolean;
  set(
    key: string,
    bytes: Buffer,
    start: number,
    end: number,
    flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
    tracker: CallTracker,
  ): boolean;
}
