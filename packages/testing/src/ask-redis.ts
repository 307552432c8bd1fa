import { ask } from './ask.ts';
import { LOOPBACK } from './free-port.ts';
import { TestingError } from './testing-error.ts';

/**
 * Sends one command to a Redis on the loopback interface, on a connection of its own, and returns its reply as text:
 * the parts of a flat list are one per line. No part of the command may hold a space.
 *
 * @throws TestingError `ERR_TESTING_NOT_RUNNING` when no reply comes in time or the reply is an error.
 */
export async function askRedis(port: number, command: string, timeoutMs = 500): Promise<string> {
  const reply = await ask({ host: LOOPBACK, port }, { request: `${command}\r\n`, isWhole: isWholeReply, timeoutMs });
  if (reply === undefined)
    throw new TestingError('ERR_TESTING_NOT_RUNNING', `the Redis on port ${port} did not answer ${command}`);
  if (reply.startsWith('-'))
    throw new TestingError('ERR_TESTING_NOT_RUNNING', `the Redis on port ${port} refused ${command}: ${reply.trim()}`);
  return partsOf(reply).join('\n');
}

/** Whether a reply of RESP2 that is no nested list has arrived in whole. */
export function isWholeReply(reply: string): boolean {
  const count = /^\*(\d+)\r\n/.exec(reply);
  if (count === null) return endOfPart(reply, 0) !== undefined;
  let at: number | undefined = count[0].length;
  for (let part = 0; part < Number(count[1]) && at !== undefined; part++) at = endOfPart(reply, at);
  return at !== undefined;
}

function endOfPart(reply: string, start: number): number | undefined {
  const line = reply.indexOf('\r\n', start);
  if (line === -1) return undefined;
  const length = reply[start] === '$' ? Number(reply.slice(start + 1, line)) : -1;
  const end = length < 0 ? line + 2 : line + 2 + length + 2;
  return end <= reply.length ? end : undefined;
}

function partsOf(reply: string): string[] {
  const parts: string[] = [];
  let at = reply.startsWith('*') ? reply.indexOf('\r\n') + 2 : 0;
  while (at < reply.length) {
    const end = endOfPart(reply, at) ?? reply.length;
    const line = reply.indexOf('\r\n', at);
    parts.push(reply[at] === '$' ? reply.slice(line + 2, end - 2) : reply.slice(at + 1, line));
    at = end;
  }
  return parts;
}
