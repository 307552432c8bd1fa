import { startMemcached, type MemcachedServer } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { converse } from './converse.ts';
import { splitAt } from './parse-all.ts';
import { randomCommand } from './random-commands.ts';
import { ScriptClient } from './script-client.ts';
import { type StartedProxy, startProxy } from '../start-proxy.ts';
import { META_SCRIPT, META_SCRIPTS, MORE_SCRIPTS, SCRIPTS, SMALL_SCRIPT } from './transcript-scripts.ts';

let real: MemcachedServer;
let proxy: StartedProxy;

beforeAll(async () => {
  [real, proxy] = await Promise.all([
    startMemcached(),
    startProxy({ server: { flushAll: 'allow', metaKeys: 'binary' } }),
  ]);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await real.close();
});
beforeEach(flush);

async function flush(): Promise<void> {
  await using client = await ScriptClient.open({ port: real.port });
  await client.send('flush_all\r\n');
  await expect(client.receive('OK\r\n')).resolves.toBeUndefined();
  await proxy.pool.flushAll();
}

/** `decr` pads the shorter number with blanks, but not where a reply with the older one has not left 1.6.18 yet. */
function withoutPadding(replies: string): string {
  return replies.replaceAll(/^(VALUE \S+ \d+|VA) \d+( [^\r]*)?\r\n(\d+) *\r$/gm, '$1 <length>$2\r\n$3\r');
}

const everyScript = [...SCRIPTS, ...MORE_SCRIPTS, ...META_SCRIPTS];

it.each(everyScript.map((script) => [script.slice(0, 60), script]))(
  'answers %j as memcached does',
  async (_, script) => {
    const bytes = Buffer.from(`${script}quit\r\n`, 'latin1');
    const expected = await converse(real.port, [bytes]);
    expect(await converse(proxy.port, [bytes])).toBe(expected);
  },
);

it('closes the connection on an endless line that is no get, as memcached does', async () => {
  const bytes = Buffer.from('a'.repeat(3000));
  expect(await converse(real.port, [bytes])).toBe('');
  expect(await converse(proxy.port, [bytes])).toBe('');
});

it.each([SMALL_SCRIPT, META_SCRIPT])('answers the same at every place where the input can be cut', async (script) => {
  const bytes = Buffer.from(`${script}quit\r\n`, 'latin1');
  const expected = await converse(real.port, [bytes]);
  for (let place = 1; place < bytes.length; place += 1) {
    await flush();
    const reply = await converse(proxy.port, splitAt(bytes, [place]));
    expect(reply, `cut at ${place}`).toBe(expected);
  }
});

it.each([SMALL_SCRIPT, META_SCRIPT])('answers the same however the input is cut', async (script) => {
  const bytes = Buffer.from(`${script}quit\r\n`, 'latin1');
  const expected = await converse(real.port, [bytes]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 }), async (places) => {
      await flush();
      expect(await converse(proxy.port, splitAt(bytes, places))).toBe(expected);
    }),
    { numRuns: 40 },
  );
});

it('answers whatever a client may write as memcached does', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(randomCommand, { minLength: 1, maxLength: 16 }), async (commands) => {
      await flush();
      const bytes = Buffer.from(commands.map((command) => `${command}mn\r\n`).join(''), 'latin1');
      const expected = await converse(real.port, [bytes], true);
      const received = await converse(proxy.port, [bytes], true);
      expect(withoutPadding(received)).toBe(withoutPadding(expected));
    }),
    { numRuns: 300 },
  );
});
