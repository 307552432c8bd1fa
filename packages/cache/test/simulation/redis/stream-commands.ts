import type { Command, CommandContext } from './command.ts';
import { integer, type Reply, ReplyError, syntaxError } from './reply.ts';
import {
  compareIds,
  emptyStream,
  formatId,
  parseId,
  type StreamEntry,
  type StreamId,
  type StreamValue,
  trim,
} from './stream-value.ts';

function streamOf({ keyspace }: CommandContext, key: string): StreamValue | undefined {
  return keyspace.getAs(key, 'stream');
}

function replyOf({ id, fields }: StreamEntry): Reply {
  return [formatId(id), fields];
}

interface Trim {
  readonly by: string;
  readonly isApproximate: boolean;
  readonly limit: string;
}

/** Reads `MAXLEN|MINID [=|~] threshold [LIMIT n]`; undefined where there is none. */
function parseTrim(words: string[]): Trim | undefined {
  const by = words[0]?.toUpperCase() ?? '';
  if (by !== 'MAXLEN' && by !== 'MINID') return undefined;
  words.shift();
  const isApproximate = words[0] === '~';
  if (isApproximate || words[0] === '=') words.shift();
  const limit = words.shift() ?? '';
  if (words[0]?.toUpperCase() === 'LIMIT') words.splice(0, 2);
  return { by, isApproximate, limit };
}

function applyTrim(stream: StreamValue, { by, isApproximate, limit }: Trim, nodeEntries: number): number {
  const step = isApproximate ? nodeEntries : 1;
  if (by === 'MINID') {
    const first = parseId(limit, 0);
    return trim(stream, (_, { id }) => compareIds(id, first) < 0, step);
  }
  const excess = stream.entries.length - integer(limit);
  return trim(stream, (index) => index < excess, step);
}

function nextOf({ last }: StreamValue, ms: number): StreamId {
  return [ms, ms === last[0] ? last[1] + 1 : 0];
}

function nextId(stream: StreamValue, text: string, now: number): StreamId {
  if (text === '*') return now > stream.last[0] ? [Math.floor(now), 0] : [stream.last[0], stream.last[1] + 1];
  const id = text.endsWith('-*') ? nextOf(stream, Number(text.slice(0, -2))) : parseId(text, 0);
  if (id[0] === 0 && id[1] === 0) throw new ReplyError('ERR The ID specified in XADD must be greater than 0-0');
  if (compareIds(id, stream.last) <= 0) {
    throw new ReplyError('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  }
  return id;
}

const add: Command = (context, [key = '', ...words]) => {
  const rest = [...words];
  const isOptional = rest[0]?.toUpperCase() === 'NOMKSTREAM';
  if (isOptional) rest.shift();
  const trimming = parseTrim(rest);
  const found = streamOf(context, key);
  if (found === undefined && isOptional) return null;
  const stream = found ?? emptyStream();
  const id = nextId(stream, rest.shift() ?? '', context.now());
  if (rest.length === 0 || rest.length % 2 === 1)
    throw new ReplyError("ERR wrong number of arguments for 'xadd' command");
  stream.entries.push({ id, fields: rest });
  stream.last = id;
  stream.added++;
  if (found === undefined) context.keyspace.set(key, stream);
  if (trimming !== undefined) applyTrim(stream, trimming, context.nodeEntries);
  return formatId(id);
};

function boundOf(text: string, missing: number): { id: StreamId; isExclusive: boolean } {
  if (text === '-') return { id: [0, 0], isExclusive: false };
  if (text === '+') return { id: [Infinity, Infinity], isExclusive: false };
  const isExclusive = text.startsWith('(');
  return { id: parseId(isExclusive ? text.slice(1) : text, missing), isExclusive };
}

function range(context: CommandContext, key: string, from: string, to: string): StreamEntry[] {
  const [start, end] = [boundOf(from, 0), boundOf(to, Infinity)];
  return (streamOf(context, key)?.entries ?? []).filter(({ id }) => {
    const [above, below] = [compareIds(id, start.id), compareIds(end.id, id)];
    return (start.isExclusive ? above > 0 : above >= 0) && (end.isExclusive ? below > 0 : !(below < 0));
  });
}

function limited(entries: StreamEntry[], [word, count]: readonly string[]): Reply {
  if (word !== undefined && word.toUpperCase() !== 'COUNT') throw syntaxError();
  return entries.slice(0, count === undefined ? undefined : integer(count)).map(replyOf);
}

/** `XREAD [COUNT n] STREAMS key… id…`, without BLOCK. */
const read: Command = (context, args) => {
  const at = args.findIndex((word) => word.toUpperCase() === 'STREAMS');
  const count = args[0]?.toUpperCase() === 'COUNT' ? integer(args[1]) : Infinity;
  const names = args.slice(at + 1, at + 1 + (args.length - at - 1) / 2);
  const ids = args.slice(at + 1 + names.length);
  const found = names.flatMap((name, index): Reply[] => {
    const id = ids[index] ?? '';
    const after = id === '$' ? [] : range(context, name, `(${id}`, '+').slice(0, count);
    return after.length === 0 ? [] : [[name, after.map(replyOf)]];
  });
  return found.length === 0 ? null : found;
};

/** Commands on streams. */
export const streamCommands: Readonly<Record<string, Command>> = {
  XADD: add,
  XLEN: (context, [key = '']) => streamOf(context, key)?.entries.length ?? 0,
  XRANGE: (context, [key = '', from = '', to = '', ...limit]) => limited(range(context, key, from, to), limit),
  XREVRANGE: (context, [key = '', to = '', from = '', ...limit]) =>
    limited(range(context, key, from, to).toReversed(), limit),
  XREAD: read,
  XDEL(context, [key = '', ...ids]) {
    const stream = streamOf(context, key);
    if (stream === undefined) return 0;
    const before = stream.entries.length;
    stream.entries = stream.entries.filter(({ id }) => !ids.includes(formatId(id)));
    return before - stream.entries.length;
  },
  XTRIM(context, [key = '', ...words]) {
    const stream = streamOf(context, key);
    const trimming = parseTrim([...words]);
    if (trimming === undefined) throw syntaxError();
    return stream === undefined ? 0 : applyTrim(stream, trimming, context.nodeEntries);
  },
  XINFO(context, [what, key = '']) {
    const stream = streamOf(context, key);
    if (what?.toUpperCase() !== 'STREAM') throw syntaxError();
    if (stream === undefined) throw new ReplyError('ERR no such key');
    const [first] = stream.entries;
    const last = stream.entries.at(-1);
    const facts: [string, Reply][] = [
      ['length', stream.entries.length],
      ['last-generated-id', formatId(stream.last)],
      ['entries-added', stream.added],
      ['first-entry', first === undefined ? null : replyOf(first)],
      ['last-entry', last === undefined ? null : replyOf(last)],
    ];
    return facts.flat();
  },
};
