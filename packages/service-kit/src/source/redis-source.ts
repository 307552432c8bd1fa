import { createScript, describeError, withDeadline } from '@lockstep/core';

import { connectRedis } from '../redis/connect-redis.ts';
import { parseRedisUrl } from '../redis/redis-url.ts';
import { ServiceError } from '../service-error.ts';
import type { TopologySource, TopologySourceOptions } from './topology-source.ts';

const defaultKey = 'lockstep:topology';
const readDeadlineMs = 5000;

/**
 * KEYS[1] the topology, ARGV[1] the SHA-1 of the text that the caller has. Replies with false where
 * there is no such key, with its SHA-1 alone where the caller has it, else with SHA-1 and text.
 */
const readScript = createScript(`
local text = redis.call('GET', KEYS[1])
if not text then return false end
local digest = redis.sha1hex(text)
if digest == ARGV[1] then return { digest } end
return { digest, text }
`);

/** A string key of Redis, looked at every two seconds; the text travels only when it is another one. */
export function createRedisSource(config: string, options: TopologySourceOptions): TopologySource {
  const [url = '', query = ''] = config.split('?');
  const parsed = parseRedisUrl(url);
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => name !== 'key');
  const problem =
    'problem' in parsed
      ? parsed.problem
      : unknown === undefined
        ? undefined
        : `unknown parameter ${JSON.stringify(unknown)}; write redis://host:port/db?key=KEY`;
  if (problem !== undefined || 'problem' in parsed) {
    throw new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`${options.name}: --config: ${problem}`]);
  }
  const key = parameters.get('key') ?? defaultKey;
  const name = `redis://${parsed.address}/${parsed.db}?key=${key}`;
  const { environment, logger, region } = options;
  const password = environment.redisPassword(region);
  const client = connectRedis({ url, password, name: `${options.name}-topology`, logger });
  let digest = '';
  const fail = (what: string, cause?: unknown): ServiceError =>
    new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [`${name}: ${what}`], { cause });
  const close = async (): Promise<void> => client.disconnect();
  return {
    name,
    pollMs: 2000,
    settleMs: 0,
    async read({ signal } = {}) {
      const onTimeout = (): Error => new Error(`no answer within ${readDeadlineMs} ms`);
      let reply: unknown;
      try {
        reply = await withDeadline(readScript.run(client, [key], [digest]), { ms: readDeadlineMs, signal, onTimeout });
      } catch (error) {
        if (signal?.aborted === true) throw error;
        throw fail(`the key cannot be read: ${describeError(error)}`, error);
      }
      if (!Array.isArray(reply)) throw fail('there is no such key; SET it to the text of a topology file');
      const [found, text] = reply as [string, string?];
      digest = found;
      return text;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
