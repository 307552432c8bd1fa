import { type AddressProblem, parseHost, parsePort } from '../topology/address.ts';

/** What a Redis URL says. */
export interface RedisUrl {
  readonly host: string;
  readonly port: number;
  /** Database number. */
  readonly db: number;
  /** Whether the scheme is `rediss`. */
  readonly tls: boolean;
  readonly username?: string;
  /** `host:port`, for messages. */
  readonly address: string;
}

const example = 'redis://127.0.0.1:6379';
const form =
  /^(?<scheme>rediss?):\/\/(?:(?<user>[^/]*)@)?(?<host>\[[^\]]*\]|[^:/?#@]*)(?::(?<port>\d+))?(?:\/(?<db>\d*))?$/;

/**
 * Reads `redis[s]://[user@]host[:port][/db]`. A password or a query is refused, and no message ever
 * repeats the URL, since it may hold a secret by mistake.
 */
export function parseRedisUrl(text: string): RedisUrl | AddressProblem {
  if (/^rediss?:\/\/[^/]*:[^/]*@/.test(text)) {
    return {
      problem: 'a Redis URL must not hold a password; take it out and set LOCKSTEP_REDIS_PASSWORD in the environment',
    };
  }
  const parts = form.exec(text)?.groups;
  const host = parseHost(parts?.['host'] ?? '');
  if (parts === undefined || host === undefined) {
    return { problem: `not a Redis URL; write redis://host:port or rediss://host:port, such as ${example}` };
  }
  const port = parts['port'] === undefined ? 6379 : parsePort(parts['port']);
  if (typeof port !== 'number') return port;
  const username = decode(parts['user'] ?? '');
  if (username === undefined) return { problem: 'the user of the Redis URL is not valid percent-encoding' };
  return {
    host,
    port,
    db: Number(parts['db'] ?? 0),
    tls: parts['scheme'] === 'rediss',
    ...(username === '' ? {} : { username }),
    address: `${parts['host']}:${port}`,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
