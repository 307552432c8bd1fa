/** The commands that store a value. */
export type StoreVerb = 'set' | 'add' | 'replace' | 'cas';

/** One request of the memcached text protocol, as the parser hands it on. Keys and values are copies of their own. */
export type Command =
  | ReadCommand
  | StoreCommand
  | DiscardCommand
  | DeleteCommand
  | TouchCommand
  | CountCommand
  | AnswerCommand
  | CloseCommand;

/** A part of a `get` or `gets`; a request with many keys comes in several parts. */
export interface ReadCommand {
  readonly kind: 'read';
  readonly keys: readonly Buffer[];
  readonly withCas: boolean;
  /** The part that the `END` line follows. */
  readonly isLast: boolean;
}

/** `set`, `add`, `replace` or `cas` with its whole value. */
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

/** A `set` of a value that is too large: the value is skipped, the old one must go. */
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
