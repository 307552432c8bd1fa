import type { Command } from './command.ts';
import { integer, OK } from './reply.ts';

const remove: Command = ({ keyspace }, keys) => keys.filter((key) => keyspace.delete(key)).length;

/** Commands on keys of any type, and on the server. */
export const keyCommands: Readonly<Record<string, Command>> = {
  DEL: remove,
  UNLINK: remove,
  EXISTS: ({ keyspace }, keys) => keys.filter((key) => keyspace.get(key) !== undefined).length,
  TYPE: ({ keyspace }, [key = '']) => ({ status: keyspace.get(key)?.kind ?? 'none' }),
  PEXPIRE: ({ keyspace, now }, [key = '', ms]) => Number(keyspace.expire(key, now() + integer(ms))),
  EXPIRE: ({ keyspace, now }, [key = '', seconds]) => Number(keyspace.expire(key, now() + integer(seconds) * 1000)),
  PERSIST: ({ keyspace }, [key = '']) =>
    Number(Number.isFinite(keyspace.expiresAt(key)) && keyspace.expire(key, Infinity)),
  PTTL({ keyspace, now }, [key = '']) {
    const expiresAt = keyspace.expiresAt(key);
    if (expiresAt === -Infinity) return -2;
    return expiresAt === Infinity ? -1 : Math.round(expiresAt - now());
  },
  DBSIZE: ({ keyspace }) => keyspace.keys().length,
  FLUSHALL({ keyspace }) {
    keyspace.clear();
    return OK;
  },
  PING: (_, [message]) => message ?? { status: 'PONG' },
  INFO: ({ runId }) => `# Server\r\nredis_version:7.0.15\r\nrun_id:${runId}\r\n`,
  TIME({ now }) {
    const microseconds = Math.floor(now() * 1000);
    return [String(Math.floor(microseconds / 1e6)), String(microseconds % 1e6)];
  },
  PUBLISH: ({ publish }, [channel = '', message = '']) => publish(channel, message),
  SPUBLISH: ({ publish }, [channel = '', message = '']) => publish(channel, message),
};
