import type { Command } from './command.ts';
import { integer, OK, type Reply, ReplyError, syntaxError } from './reply.ts';

interface SetOptions {
  onlyIf: 'NX' | 'XX' | undefined;
  returnsOld: boolean;
  keepsTtl: boolean;
  ttlMs: number;
}

function parseSetOptions(words: readonly string[]): SetOptions {
  const options: SetOptions = { onlyIf: undefined, returnsOld: false, keepsTtl: false, ttlMs: Infinity };
  for (let index = 0; index < words.length; index++) {
    const word = words[index]?.toUpperCase();
    if (word === 'NX' || word === 'XX') options.onlyIf = word;
    else if (word === 'GET') options.returnsOld = true;
    else if (word === 'KEEPTTL') options.keepsTtl = true;
    else if (word === 'PX' || word === 'EX') options.ttlMs = integer(words[++index]) * (word === 'EX' ? 1000 : 1);
    else throw syntaxError();
  }
  if (options.ttlMs <= 0) throw new ReplyError("ERR invalid expire time in 'set' command");
  return options;
}

const set: Command = ({ keyspace, now }, [key = '', text = '', ...words]) => {
  const options = parseSetOptions(words);
  const old: Reply = options.returnsOld ? (keyspace.getAs(key, 'string')?.text ?? null) : OK;
  const exists = keyspace.get(key) !== undefined;
  if ((options.onlyIf === 'NX' && exists) || (options.onlyIf === 'XX' && !exists)) {
    return options.returnsOld ? old : null;
  }
  const expiresAt = options.keepsTtl && exists ? keyspace.expiresAt(key) : now() + options.ttlMs;
  keyspace.set(key, { kind: 'string', text }, expiresAt);
  return old;
};

const incrementBy: Command = ({ keyspace }, [key = '', by]) => {
  const sum = integer(keyspace.getAs(key, 'string')?.text ?? '0') + integer(by);
  const expiresAt = keyspace.expiresAt(key);
  keyspace.set(key, { kind: 'string', text: String(sum) }, expiresAt === -Infinity ? Infinity : expiresAt);
  return sum;
};

/** Commands on strings. */
export const stringCommands: Readonly<Record<string, Command>> = {
  GET: ({ keyspace }, [key = '']) => keyspace.getAs(key, 'string')?.text ?? null,
  SET: set,
  SETEX: (context, [key = '', seconds = '', text = '']) => set(context, [key, text, 'EX', seconds]),
  PSETEX: (context, [key = '', ms = '', text = '']) => set(context, [key, text, 'PX', ms]),
  MGET: ({ keyspace }, keys) =>
    keys.map((key) => {
      const value = keyspace.get(key);
      return value?.kind === 'string' ? value.text : null;
    }),
  GETRANGE: ({ keyspace }, [key = '', from, to]) => {
    const text = keyspace.getAs(key, 'string')?.text ?? '';
    const [first, last] = [integer(from), integer(to)];
    // Redis asks this before it clamps: of one byte, `-1 -2` would be all of it.
    if (last < first && first < 0) return '';
    const place = (value: number): number => (value < 0 ? Math.max(0, text.length + value) : value);
    return text.slice(place(first), place(last) + 1);
  },
  GETDEL: ({ keyspace }, [key = '']) => {
    const text = keyspace.getAs(key, 'string')?.text ?? null;
    keyspace.delete(key);
    return text;
  },
  STRLEN: ({ keyspace }, [key = '']) => keyspace.getAs(key, 'string')?.text.length ?? 0,
  INCR: (context, [key = '']) => incrementBy(context, [key, '1']),
  INCRBY: incrementBy,
};
