import type { Item, StoreOutcome } from '@lockstep/memcache';

import type { Backend } from '../backend/backend.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { Command, CountCommand, ReadCommand, StoreCommand } from './command.ts';
import type { KeyOrder } from './key-order.ts';
import { NOT_NUMERIC_LINE, TOO_LARGE_LINE } from './reply-line.ts';

/** The bytes that answer a command, in pieces; none for a command that wants no answer. */
export type Reply = readonly Buffer[];

const NO_REPLY: Reply = [];
const LINE_END = Buffer.from('\r\n');
const END = Buffer.from('END\r\n');
const STORE_LINES: Record<StoreOutcome, string> = {
  stored: 'STORED',
  'not-stored': 'NOT_STORED',
  exists: 'EXISTS',
  'not-found': 'NOT_FOUND',
};

/** Carries out one command of a connection. A failure is an answer too, so this rejects only on a bug. */
export async function executeCommand(command: Command, backend: Backend, order: KeyOrder): Promise<Reply> {
  if (command.kind === 'answer') return command.line === '' ? NO_REPLY : lineReply(command.line);
  if (command.kind === 'close') return NO_REPLY;
  if (command.kind === 'read') return readReply(command, backend, order);
  const line = await order.write(command.key, async () => {
    try {
      return await writeLine(command, backend);
    } catch (error) {
      return errorLine(error);
    }
  });
  return command.noreply ? NO_REPLY : lineReply(line);
}

type WriteCommand = Exclude<Command, { kind: 'answer' | 'close' | 'read' }>;

async function writeLine(command: WriteCommand, backend: Backend): Promise<string> {
  const { kind, key } = command;
  if (kind === 'store') return storeLine(command, backend);
  if (kind === 'count') return countLine(command, backend);
  if (kind === 'touch') return (await backend.touch(key, command.ttlSeconds)) ? 'TOUCHED' : 'NOT_FOUND';
  const isDeleted = await backend.delete(key);
  if (kind === 'discard') return TOO_LARGE_LINE;
  return isDeleted ? 'DELETED' : 'NOT_FOUND';
}

async function storeLine(command: StoreCommand, backend: Backend): Promise<string> {
  const { verb, key, value, cas } = command;
  if (verb === 'cas') return STORE_LINES[await backend.cas(key, value, cas, command)];
  if (verb !== 'set') return STORE_LINES[await backend[verb](key, value, command)];
  await backend.set(key, value, command);
  return STORE_LINES.stored;
}

async function countLine({ verb, key, delta }: CountCommand, backend: Backend): Promise<string> {
  const value = await backend[verb](key, delta);
  return value === undefined ? 'NOT_FOUND' : value.toString();
}

async function readReply({ keys, withCas, isLast }: ReadCommand, backend: Backend, order: KeyOrder): Promise<Reply> {
  const readOne = async (key: Buffer): Promise<Item | undefined> => {
    try {
      return await order.read(key, () => (withCas ? backend.gets(key) : backend.get(key)));
    } catch {
      // A cache that cannot be reached is a cache without the value. The backend has published the failure.
      return undefined;
    }
  };
  const items = await Promise.all(keys.map(readOne));
  const pieces: Buffer[] = [];
  for (const [index, item] of items.entries()) {
    if (item !== undefined) pieces.push(valueHeader(keys[index] as Buffer, item, withCas), item.value, LINE_END);
  }
  if (isLast) pieces.push(END);
  return pieces;
}

function valueHeader(key: Buffer, { value, flags, cas }: Item, withCas: boolean): Buffer {
  const suffix = withCas ? ` ${cas ?? 0n}` : '';
  return Buffer.from(`VALUE ${key.toString('latin1')} ${flags} ${value.length}${suffix}\r\n`, 'latin1');
}

function lineReply(line: string): Reply {
  return [Buffer.from(`${line}\r\n`, 'latin1')];
}

function errorLine(error: unknown): string {
  if (!(error instanceof MemcacheProxyError)) throw error;
  if (error.code === 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE') return TOO_LARGE_LINE;
  if (error.code === 'ERR_MEMCACHE_PROXY_NOT_NUMERIC') return NOT_NUMERIC_LINE;
  // The code and no message: a message may quote bytes, and a line end in it would shift every later reply.
  return `SERVER_ERROR ${error.code}`;
}
