import type { Tries } from '../tries/tries.ts';
import type { Message } from './message.ts';

/** For whom a queue is read. */
export interface SessionTerms {
  /** The fencing token of the leadership. */
  readonly token: number;
  /** Aborts when nothing more is read. What was done is still told. */
  readonly signal: AbortSignal;
  /** Told once when the session cannot go on: its owner must close it. */
  readonly onFailure: (error: Error) => void;
  /** Told in words of what somebody should look at though the session goes on, or still waits to begin. */
  readonly onTrouble: (what: string) => void;
}

/** What was left to do when somebody looked. */
export interface Backlog {
  /** Messages that are not done; undefined where the server does not count them. */
  readonly messages: number | undefined;
}

/** Why a message is buried. */
export interface Burial {
  /** In words, without the message. */
  readonly reason: string;
  readonly tries: number;
}

/**
 * A queue as one leader reads it. Nothing of a session has an effect once a session with a newer token is open: what it
 * does then rejects with `ERR_CONSUMER_STALE`, or its broker has thrown it out.
 */
export interface SourceSession {
  /**
   * The next messages in order, `max` at most; waits for the first for a second or two and then resolves with none. A
   * message that was read and not done comes again in the next session, before those that follow it.
   *
   * @throws ConsumerError `ERR_CONSUMER_SOURCE`, or the reason of the signal.
   */
  read(max: number): Promise<readonly Message[]>;
  /** What earlier attempts at a message came to. Where the leader before died, one that it may have begun is unfinished once. */
  triesOf(message: Message): Tries;
  /**
   * Notes what attempts at a message came to, for the leaders to come. Resolves when the server knows; this session knows
   * in any case.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`.
   */
  note(message: Message, tries: Tries): Promise<void>;
  /** Notes that messages are done, in any order. Told to the server soon; `settle` waits for it. */
  done(messages: readonly Message[]): void;
  /**
   * Puts a message into the dead letters in place of delivering it. It is done then.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE`, `ERR_CONSUMER_DEAD_LETTERS_FULL` or `ERR_CONSUMER_SOURCE`.
   */
  bury(message: Message, burial: Burial): Promise<void>;
  /** @throws ConsumerError `ERR_CONSUMER_SOURCE`. */
  backlog(): Promise<Backlog>;
  /** Resolves when the server knows of everything that is done, or rejects when it cannot be told. */
  settle(): Promise<void>;
  /** Gives back what is not done; no attempt is under way any more. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Where messages come from. */
export interface Source {
  /**
   * Begins to read where the sessions before it ended; from then on none of those has an effect any more.
   *
   * @throws ConsumerError `ERR_CONSUMER_STALE` when a newer one is open, `ERR_CONSUMER_SOURCE`, or the reason of the signal.
   */
  open(terms: SessionTerms): Promise<SourceSession>;
}
