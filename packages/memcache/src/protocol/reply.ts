/** The first word of a reply line. */
export type ReplyStatus =
  | 'HD'
  | 'VA'
  | 'EN'
  | 'NF'
  | 'NS'
  | 'EX'
  | 'ME'
  | 'MN'
  | 'OK'
  | 'END'
  | 'STAT'
  | 'VALUE'
  | 'VERSION'
  | 'ERROR'
  | 'CLIENT_ERROR'
  | 'SERVER_ERROR';

/** The `ttl` of a reply without a `t` flag. */
export const noTtl = -2;

/** One parsed reply. The parser uses the same object for every reply: take what you need at once. */
export interface Reply {
  status: ReplyStatus;
  /** The data block of a `VA` or `VALUE` reply; nothing else refers to it. */
  value: Buffer | undefined;
  /** The length of the data block that the line announces; -1 when none follows. */
  size: number;
  /** The `f` flag, or the flags of a `VALUE`; -1 when the reply has none. */
  flags: number;
  /** The `c` flag. */
  cas: bigint | undefined;
  /** The `O` flag; -1 when the reply has none. */
  opaque: number;
  /** The `t` flag: seconds, -1 for never; `noTtl` when the reply has none. */
  ttl: number;
  /** The `W` flag: this client is the one to refresh. */
  isWon: boolean;
  /** The `Z` flag: another client has been told to refresh. */
  isTaken: boolean;
  /** The `X` flag: the item is marked as stale. */
  isStale: boolean;
  /** Where the flags of a meta reply stand, as they came. Undefined when it has none. */
  line: Buffer | undefined;
  flagsStart: number;
  flagsEnd: number;
  /** What follows the first word of replies that are text: `STAT`, `VERSION` and errors; the key of a `VALUE`. */
  text: string;
}

/** A reply object for a parser to fill. */
export function createReply(): Reply {
  return {
    status: 'EN',
    value: undefined,
    size: -1,
    flags: -1,
    cas: undefined,
    opaque: -1,
    ttl: noTtl,
    isWon: false,
    isTaken: false,
    isStale: false,
    line: undefined,
    flagsStart: 0,
    flagsEnd: 0,
    text: '',
  };
}

/** Forgets what the reply object held. */
export function clearReply(reply: Reply): void {
  reply.value = undefined;
  reply.size = -1;
  reply.flags = -1;
  reply.cas = undefined;
  reply.opaque = -1;
  reply.ttl = noTtl;
  reply.isWon = false;
  reply.isTaken = false;
  reply.isStale = false;
  reply.line = undefined;
  reply.flagsStart = 0;
  reply.flagsEnd = 0;
  reply.text = '';
}
