import type { RedisArgument } from '@lockstep/core';

import type { Reply } from './reply.ts';

/** An argument as a string of one byte per character. */
export function toBytes(argument: RedisArgument): string {
  if (typeof argument === 'number') return String(argument);
  // eslint-disable-next-line no-control-regex -- what is ASCII stays as it is
  if (typeof argument === 'string' && /^[\0-\x7f]*$/.test(argument)) return argument;
  return (typeof argument === 'string' ? Buffer.from(argument) : argument).toString('latin1');
}

/** A reply as a client gives it: text as UTF-8. */
export function toText(reply: Reply): unknown {
  if (typeof reply === 'string') return textOf(reply);
  if (reply === null || typeof reply === 'number') return reply;
  return 'status' in reply ? reply.status : reply.map(toText);
}

/** A reply as a client gives it: text as buffers. */
export function toBuffers(reply: Reply): unknown {
  if (typeof reply === 'string') return Buffer.from(reply, 'latin1');
  if (reply === null || typeof reply === 'number') return reply;
  return 'status' in reply ? Buffer.from(reply.status) : reply.map(toBuffers);
}

/** Bytes as UTF-8 text. */
export function textOf(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- what is ASCII stays as it is
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}
