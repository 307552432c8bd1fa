import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { type Backend, createMemcacheServer } from '../../src/index.ts';
import { ScriptClient } from './script-client.ts';

const command = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  verb: fc.constantFrom('get', 'gets', 'two', 'set', 'mg'),
});

/** A backend of one map, every call of which takes as long as the scheduler wants. */
function slowBackend(scheduler: fc.Scheduler, stored: Map<string, string>): Partial<Backend> {
  const later = async <T>(run: () => T): Promise<T> => {
    await scheduler.schedule(Promise.resolve());
    return run();
  };
  const read = (key: string | Buffer): { value: Buffer; flags: number; cas: bigint } | undefined => {
    const text = stored.get(key.toString());
    return text === undefined ? undefined : { value: Buffer.from(text), flags: 0, cas: 1n };
  };
  return {
    get: (key) => later(() => read(key)),
    gets: (key) => later(() => read(key)),
    getMany: (keys) => Promise.all(keys.map((key) => later(() => read(key)))),
    set: (key, value) => later(() => void stored.set(key.toString(), value.toString())),
    meta: ({ key }) =>
      later(() => {
        const item = read(key);
        return item === undefined ? { status: 'EN', flags: [] } : { status: 'VA', flags: [], value: item.value };
      }),
  };
}

it('lets every read of a connection see exactly the writes before it, however long each command takes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(command, { minLength: 1, maxLength: 14 }),
      async (scheduler, commands) => {
        const stored = new Map<string, string>();
        const expected = new Map<string, string>();
        let script = '';
        let replies = '';
        const valueOf = (key: string, cas = ''): string => {
          const text = expected.get(key);
          return text === undefined ? '' : `VALUE ${key} 0 ${text.length}${cas}\r\n${text}\r\n`;
        };
        for (const [index, { key, verb }] of commands.entries()) {
          if (verb === 'set') {
            const text = `${key}${index}`;
            expected.set(key, text);
            script += `set ${key} 0 0 ${text.length}\r\n${text}\r\n`;
            replies += 'STORED\r\n';
          } else if (verb === 'mg') {
            const text = expected.get(key);
            script += `mg ${key} v\r\n`;
            replies += text === undefined ? 'EN\r\n' : `VA ${text.length}\r\n${text}\r\n`;
          } else {
            script += verb === 'two' ? `get ${key} a\r\n` : `${verb} ${key}\r\n`;
            replies += valueOf(key, verb === 'gets' ? ' 1' : '') + (verb === 'two' ? valueOf('a') : '') + 'END\r\n';
          }
        }
        await using server = createMemcacheServer({ backend: slowBackend(scheduler, stored) as Backend });
        const address = await server.listen({ port: 0 });
        await using client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
        await client.send(script);
        const received = client.receive(replies);
        await scheduler.waitFor(received);
        expect(client.text).toBe(replies);
      },
    ),
    { numRuns: 150 },
  );
});
