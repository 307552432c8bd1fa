import type { Command, CommandContext } from './command.ts';
import { integer, OK, ReplyError } from './reply.ts';

function fieldsOf({ keyspace }: CommandContext, key: string): Map<string, string> {
  return keyspace.getAs(key, 'hash')?.fields ?? new Map<string, string>();
}

function fieldsToWrite({ keyspace }: CommandContext, key: string): Map<string, string> {
  const found = keyspace.getAs(key, 'hash');
  if (found !== undefined) return found.fields;
  const fields = new Map<string, string>();
  keyspace.set(key, { kind: 'hash', fields });
  return fields;
}

const set: Command = (context, [key = '', ...pairs]) => {
  if (pairs.length === 0 || pairs.length % 2 === 1) throw new ReplyError('ERR wrong number of arguments');
  const fields = fieldsToWrite(context, key);
  const before = fields.size;
  for (let index = 0; index < pairs.length; index += 2) fields.set(pairs[index] ?? '', pairs[index + 1] ?? '');
  return fields.size - before;
};

/** Commands on hashes. */
export const hashCommands: Readonly<Record<string, Command>> = {
  HGET: (context, [key = '', field = '']) => fieldsOf(context, key).get(field) ?? null,
  HMGET: (context, [key = '', ...names]) => names.map((name) => fieldsOf(context, key).get(name) ?? null),
  HGETALL: (context, [key = '']) => [...fieldsOf(context, key)].flat(),
  HKEYS: (context, [key = '']) => [...fieldsOf(context, key).keys()],
  HVALS: (context, [key = '']) => [...fieldsOf(context, key).values()],
  HLEN: (context, [key = '']) => fieldsOf(context, key).size,
  HEXISTS: (context, [key = '', field = '']) => Number(fieldsOf(context, key).has(field)),
  HSET: set,
  HMSET(context, args) {
    set(context, args);
    return OK;
  },
  HSETNX(context, [key = '', field = '', text = '']) {
    if (fieldsOf(context, key).has(field)) return 0;
    return set(context, [key, field, text]);
  },
  HINCRBY(context, [key = '', field = '', by]) {
    const sum = integer(fieldsOf(context, key).get(field) ?? '0') + integer(by);
    fieldsToWrite(context, key).set(field, String(sum));
    return sum;
  },
  HDEL(context, [key = '', ...names]) {
    const fields = fieldsOf(context, key);
    const count = names.filter((name) => fields.delete(name)).length;
    if (fields.size === 0) context.keyspace.delete(key);
    return count;
  },
};
