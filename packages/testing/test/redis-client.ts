import { ask } from '../src/ask.ts';

/** Sends one inline command and returns the raw reply; `undefined` when none came within a second. */
export function redis(port: number, command: string): Promise<string | undefined> {
  return ask({ host: '127.0.0.1', port }, { request: `${command}\r\n`, isWhole: isReply });
}

/** A one-line reply, or a bulk string in whole. */
export function isReply(reply: string): boolean {
  const [, length] = /^\$(\d+)\r\n/.exec(reply) ?? [];
  if (length === undefined) return reply.endsWith('\r\n');
  return reply.length === `$${length}\r\n`.length + Number(length) + 2;
}
