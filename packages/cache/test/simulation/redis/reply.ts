/** What a command answers. Bulk strings hold one byte per character. */
export type Reply = number | string | null | Status | readonly Reply[];

/** A status reply such as OK. */
export interface Status {
  readonly status: string;
}

/** The status OK. */
export const OK: Status = { status: 'OK' };

/** An error reply; the message starts with its code. */
export class ReplyError extends Error {
  override readonly name: string = 'ReplyError';
}

/** The reply to a command on a key that holds something else. */
export function wrongType(): ReplyError {
  return new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value');
}

/** The reply to arguments that make no sense. */
export function syntaxError(): ReplyError {
  return new ReplyError('ERR syntax error');
}

/** An argument that must be an integer. */
export function integer(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isInteger(value)) {
    throw new ReplyError('ERR value is not an integer or out of range');
  }
  return value;
}
