/** The first word of a reply line. */
export type ReplyStatus =
  | 'HD'
  | 'VA'
  | 'EN'
  | 'NF'
  | 'NS'
  | 'EX'
  | 'MN'
  | 'OK'
  | 'END'
  | 'STAT'
  | 'VERSION'
  | 'ERROR'
  | 'CLIENT_ERROR'
  | 'SERVER_ERROR';

/** One parsed reply. The parser uses the same object for every reply: take what you need at once. */
export interface Reply {
  status: ReplyStatus;
  /** The data block of a `VA` reply; nothing else refers to it. */
  value: Buffer | undefined;
  /** The `f` flag; -1 when the reply has none. */
  flags: number;
  /** The `c` flag. */
  cas: bigint | undefined;
  /** The `O` flag; -1 when the reply has none. */
  opaque: number;
  /** What follows the first word of replies that are text: `STAT`, `VERSION` and errors. */
  text: string;
}

/** A reply object for a parser to fill. */
export function createReply(): Reply {
  return { status: 'EN', value: undefined, flags: -1, cas: undefined, opaque: -1, text: '' };
}

/** Forgets what the reply object held. */
export function clearReply(reply: Reply): void {
  reply.value = undefined;
  reply.flags = -1;
  reply.cas = undefined;
  reply.opaque = -1;
  reply.text = '';
}
