import type { Item, StoreOutcome } from '@lockstep/memcache';

import type { Backend, BackendCallOptions } from '../backend/backend.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { Command, CountCommand, MetaCommand, ReadCommand, StoreCommand } from './command.ts';
import { metaAnswer, metaMiss } from './meta-answer.ts';
import type { Reply } from './reply.ts';
import type { SlotKind } from './reply-slot.ts';
import { NOT_NUMERIC_LINE, TOO_LARGE_LINE } from './reply-line.ts';
import type { ServerStats } from './server-stats.ts';

/** A command that needs the backend. */
export type BackendCommand = Exclude<Command, { kind: 'answer' | 'close' | 'stats' }>;

const STORE_LINES: Record<StoreOutcome, string> = {
  stored: 'STORED',
  'not-stored': 'NOT_STORED',
  exists: 'EXISTS',
  'not-found': 'NOT_FOUND',
};

/** What other commands of its connection a command must wait for. */
export function kindOf(command: BackendCommand): SlotKind {
  if (command.kind === 'flush') return 'barrier';
  if (command.kind === 'read') return command.ttlSeconds === undefined ? 'read' : 'write';
  return command.kind === 'meta' && !command.isWrite ? 'read' : 'write';
}

/** Carries out one command. A failure is an answer too, so this rejects only on a bug. */
export function runCommand(command: BackendCommand, backend: Backend, stats: ServerStats): Promise<Reply> {
  // What clients write most, without the turns that asynchronous functions take.
  if (command.kind === 'store' && command.verb === 'set') return runSet(command, backend, stats);
  return runOther(command, backend, stats);
}

const noReply = (): Reply => '';
const storedReply = (): Reply => 'STORED\r\n';

function runSet(command: StoreCommand, backend: Backend, stats: ServerStats): Promise<Reply> {
  const { key, value, noreply } = command;
  stats.cmdSet++;
  return backend.set(key, value, command).then(noreply ? noReply : storedReply, (error: unknown) => {
    const line = errorLine(error, stats);
    return noreply ? '' : `${line}\r\n`;
  });
}

async function runOther(command: BackendCommand, backend: Backend, stats: ServerStats): Promise<Reply> {
  if (command.kind === 'read') return runRead(command, backend, stats);
  try {
    if (command.kind === 'meta') return await runMeta(command, backend, stats);
    const line = await writeLine(command, backend, stats);
    return command.noreply ? '' : `${line}\r\n`;
  } catch (error) {
    const line = errorLine(error, stats);
    return command.kind !== 'meta' && command.noreply ? '' : `${line}\r\n`;
  }
}

type WriteCommand = Exclude<BackendCommand, { kind: 'read' | 'meta' }>;

async function writeLine(command: WriteCommand, backend: Backend, stats: ServerStats): Promise<string> {
  if (command.kind === 'store') return storeLine(command, backend, stats);
  if (command.kind === 'count') return countLine(command, backend, stats);
  if (command.kind === 'touch') {
    stats.cmdTouch++;
    const isThere = await backend.touch(command.key, command.ttlSeconds);
    if (isThere) stats.touchHits++;
    else stats.touchMisses++;
    return isThere ? 'TOUCHED' : 'NOT_FOUND';
  }
  if (command.kind === 'flush') {
    stats.cmdFlush++;
    const { delaySeconds } = command;
    // A pool hands it on to its drivers.
    const options: BackendCallOptions & { delaySeconds?: number } = delaySeconds === 0 ? {} : { delaySeconds };
    await backend.flushAll(options);
    return 'OK';
  }
  if (command.kind === 'discard') {
    stats.cmdSet++;
    stats.storeTooLarge++;
    await backend.delete(command.key);
    return TOO_LARGE_LINE;
  }
  stats.cmdDelete++;
  const isDeleted = await backend.delete(command.key);
  if (isDeleted) stats.deleteHits++;
  else stats.deleteMisses++;
  return isDeleted ? 'DELETED' : 'NOT_FOUND';
}

async function storeLine(command: StoreCommand, backend: Backend, stats: ServerStats): Promise<string> {
  const { verb, key, value, cas } = command;
  stats.cmdSet++;
  if (verb === 'set') {
    await backend.set(key, value, command);
    return STORE_LINES.stored;
  }
  if (verb === 'append' || verb === 'prepend') return STORE_LINES[await backend[verb](key, value)];
  if (verb !== 'cas') return STORE_LINES[await backend[verb](key, value, command)];
  stats.cmdCas++;
  const outcome = await backend.cas(key, value, cas, command);
  if (outcome === 'stored') stats.casHits++;
  else if (outcome === 'exists') stats.casBadval++;
  else stats.casMisses++;
  return STORE_LINES[outcome];
}

async function countLine({ verb, key, delta }: CountCommand, backend: Backend, stats: ServerStats): Promise<string> {
  if (verb === 'incr') stats.cmdIncr++;
  else stats.cmdDecr++;
  const value = await backend[verb](key, delta);
  stats[`${verb}${value === undefined ? 'Misses' : 'Hits'}`]++;
  return value === undefined ? 'NOT_FOUND' : value.toString();
}

async function runMeta(command: MetaCommand, backend: Backend, stats: ServerStats): Promise<Reply> {
  const { request } = command;
  stats.cmdMeta++;
  if (request.command !== 'mg' && request.command !== 'me') return metaAnswer(command, await backend.meta(request));
  try {
    return metaAnswer(command, await backend.meta(request));
  } catch (error) {
    if (error instanceof MemcacheProxyError) return metaMiss(command);
    throw error;
  }
}

async function runRead(command: ReadCommand, backend: Backend, stats: ServerStats): Promise<Reply> {
  const { keys, withCas, isLast } = command;
  const items = await readItems(command, backend);
  const pieces: (string | Buffer)[] = [];
  for (const [index, item] of items.entries()) {
    stats.cmdGet++;
    if (item === undefined || item instanceof Error) {
      stats.getMisses++;
      continue;
    }
    stats.getHits++;
    const { value, flags, cas = 0n } = item;
    const suffix = withCas ? ` ${cas}` : '';
    const name = (keys[index] as Buffer).toString('latin1');
    pieces.push(`VALUE ${name} ${flags} ${value.length}${suffix}\r\n`, value, '\r\n');
  }
  if (isLast) pieces.push('END\r\n');
  return pieces;
}

async function readItems(command: ReadCommand, backend: Backend): Promise<readonly (Item | Error | undefined)[]> {
  const { keys, withCas, ttlSeconds } = command;
  if (!withCas && ttlSeconds === undefined && keys.length > 1) return backend.getMany(keys);
  const readOne = async (key: Buffer): Promise<Item | undefined> => {
    try {
      if (ttlSeconds === undefined) return await (withCas ? backend.gets(key) : backend.get(key));
      return await (withCas ? getAndTouch(key, ttlSeconds, backend) : backend.gat(key, ttlSeconds));
    } catch (error) {
      if (error instanceof MemcacheProxyError) return undefined;
      throw error;
    }
  };
  return Promise.all(keys.map(readOne));
}

/** `gats`: there is a call for it neither in the backend nor in memcached's meta protocol, but there are its parts. */
async function getAndTouch(key: Buffer, ttlSeconds: number, backend: Backend): Promise<Item | undefined> {
  const flags = [`T${ttlSeconds}`, 'f', 'c', 'v'];
  const { value, flags: told } = await backend.meta({ command: 'mg', key, flags });
  // What a client of `gats` cannot be told: that it is to refresh the value, or that there is only a lease.
  const isLease = told.includes('W') || told.includes('Z');
  if (value === undefined || told.includes('W') || (isLease && value.length === 0)) return undefined;
  const number = (letter: string): string => told.find((flag) => flag.startsWith(letter))?.slice(1) ?? '0';
  return { value, flags: Number(number('f')), cas: BigInt(number('c')) };
}

/** What a client is told of a write that failed. Throws what is no failure of a write. */
export function errorLine(error: unknown, stats: ServerStats): string {
  if (!(error instanceof MemcacheProxyError)) throw error;
  if (error.code === 'ERR_MEMCACHE_PROXY_NOT_NUMERIC') return NOT_NUMERIC_LINE;
  if (error.code === 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE') {
    stats.storeTooLarge++;
    return TOO_LARGE_LINE;
  }
  stats.upstreamFailures++;
  // The code and no message: a message may quote bytes, and a line end in it would shift every later reply.
  return `SERVER_ERROR ${error.code}`;
}
