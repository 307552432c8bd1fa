import type { MetaRequest } from '@lockstep/memcache';

/** The commands that store a value. */
export type StoreVerb = 'set' | 'add' | 'replace' | 'cas' | 'append' | 'prepend';

/**
 * One request of the memcached text protocol, as the parser hands it on.
 * Values are copies of their own; keys may be parts of the chunk that they came in.
 */
export type Command =
  | ReadCommand
  | StoreCommand
  | DiscardCommand
  | DeleteCommand
  | TouchCommand
  | CountCommand
  | MetaCommand
  | FlushCommand
  | StatsCommand
  | AnswerCommand
  | CloseCommand;

/** A part of a `get`, `gets`, `gat` or `gats`; a request with many keys comes in several parts. */
export interface ReadCommand {
  readonly kind: 'read';
  readonly keys: readonly Buffer[];
  readonly withCas: boolean;
  /** Sets the time to live; undefined for `get` and `gets`. */
  readonly ttlSeconds: number | undefined;
  /** The part that the `END` line follows. */
  readonly isLast: boolean;
}

/** `set`, `add`, `replace`, `cas`, `append` or `prepend` with its whole value. */
export interface StoreCommand {
  readonly kind: 'store';
  readonly verb: StoreVerb;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly flags: number;
  readonly ttlSeconds: number;
  /** What `cas` compares; 0 for the others. */
  readonly cas: bigint;
  readonly noreply: boolean;
}

/** A store of a value that is too large: the value is skipped, the old one must go. */
export interface DiscardCommand {
  readonly kind: 'discard';
  readonly key: Buffer;
  readonly noreply: boolean;
}

/** `delete` */
export interface DeleteCommand {
  readonly kind: 'delete';
  readonly key: Buffer;
  readonly noreply: boolean;
}

/** `touch` */
export interface TouchCommand {
  readonly kind: 'touch';
  readonly key: Buffer;
  readonly ttlSeconds: number;
  readonly noreply: boolean;
}

/** `incr` or `decr` */
export interface CountCommand {
  readonly kind: 'count';
  readonly verb: 'incr' | 'decr';
  readonly key: Buffer;
  readonly delta: bigint;
  readonly noreply: boolean;
}

/** `mg`, `ms`, `md`, `ma` or `me`. */
export interface MetaCommand {
  readonly kind: 'meta';
  readonly key: Buffer;
  /** What goes to memcached: the flags that mean something to the command. */
  readonly request: MetaRequest;
  /** The key as the client wrote it. */
  readonly sentKey: string;
  /** The flags as the client wrote them. */
  readonly sentFlags: readonly string[];
  /** `q`: the answer that is expected is left out. */
  readonly isQuiet: boolean;
  readonly isWrite: boolean;
}

/** `flush_all` where it is allowed. */
export interface FlushCommand {
  readonly kind: 'flush';
  readonly delaySeconds: number;
  readonly noreply: boolean;
}

/** `stats` with what follows it. */
export interface StatsCommand {
  readonly kind: 'stats';
  readonly words: readonly string[];
}

/** A request whose answer needs no memcached: an error line, `version`, or nothing at all. */
export interface AnswerCommand {
  readonly kind: 'answer';
  /** Without the line end; empty for no answer. */
  readonly line: string;
}

/** `quit`, or input that memcached closes the connection on. Nothing follows it. */
export interface CloseCommand {
  readonly kind: 'close';
}
