import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMetaDriver, type MemcacheDriver } from '../../src/index.ts';
import { codeOf, fill, hammer } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

const fast = { timeoutMs: 300, connectTimeoutMs: 300 };

it.each(['cut', 'reset'] as const)('reads through a %s in the middle of traffic without an error', async (fault) => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMetaDriver(proxy, { ...fast, timeoutMs: 5000 });
  await fill(driver);
  let faults = 0;
  const tally = await hammer(driver, ({ hits }) => {
    if (hits > (faults + 1) * 500) {
      faults++;
      proxy[fault]();
    }
    return faults >= 5 && hits > 4000;
  });
  expect({ wrong: tally.wrong, misses: tally.misses, codes: [...tally.codes] }).toEqual({
    wrong: [],
    misses: 0,
    codes: [],
  });
});

/** Answers with misses, and hangs up at the first `times` commands that begin with `fatal`. */
async function hangUpAt(fatal: string, times = Infinity) {
  let left = times;
  return startScriptedServer((socket, line) => {
    if (line.startsWith(fatal) && left > 0) {
      left--;
      socket.destroy();
    } else if (line.startsWith('get ')) socket.write('END\r\n');
    else socket.write(line.startsWith('mg') ? 'EN\r\n' : `HD O${opaqueOf(line)}\r\n`);
  });
}

const reads: Record<string, (driver: MemcacheDriver) => Promise<unknown>> = {
  get: (driver) => driver.get('fatal'),
  gets: (driver) => driver.gets('fatal'),
  read: (driver) => driver.read('fatal'),
  getMany: (driver) => driver.getMany(['fatal', 'other']),
};

const others: Record<string, (driver: MemcacheDriver) => Promise<unknown>> = {
  set: (driver) => driver.set('fatal', 'v'),
  add: (driver) => driver.add('fatal', 'v'),
  replace: (driver) => driver.replace('fatal', 'v'),
  cas: (driver) => driver.cas('fatal', 'v', 1n),
  append: (driver) => driver.append('fatal', 'v'),
  prepend: (driver) => driver.prepend('fatal', 'v'),
  delete: (driver) => driver.delete('fatal'),
  markStale: (driver) => driver.markStale('fatal'),
  touch: (driver) => driver.touch('fatal', 10),
  gat: (driver) => driver.gat('fatal', 10),
  incr: (driver) => driver.incr('fatal', 1n),
  decr: (driver) => driver.decr('fatal', 1n),
  lease: (driver) => driver.read('fatal', { leaseSeconds: 10 }),
  'refresh-ahead': (driver) => driver.read('fatal', { refreshBelowSeconds: 10 }),
  batch: (driver) => driver.batch([{ kind: 'delete', key: Buffer.from('fatal') }]),
};

it.each(Object.keys(reads))('sends %s a second time when its connection was lost', async (name) => {
  await using server = await hangUpAt(name === 'getMany' ? 'get fatal' : 'mg fatal', 1);
  await using driver = createMetaDriver(server, fast);
  await driver.get('alive');
  await reads[name]!(driver);
  expect(server.commands.filter((line) => line.includes('fatal'))).toHaveLength(2);
});

it.each(Object.keys(others))('never sends %s a second time', async (name) => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.includes('fatal')) socket.destroy();
    else socket.write('EN\r\n');
  });
  await using driver = createMetaDriver(server, fast);
  await driver.get('alive');
  await expect(others[name]!(driver)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  await expect.poll(() => driver.get('alive').catch(codeOf)).toBeUndefined();
  expect(server.commands.filter((line) => line.includes('fatal'))).toHaveLength(1);
});

it('sends a read a second time once only, and not at all when told so', async () => {
  await using server = await hangUpAt('mg fatal');
  await using driver = createMetaDriver(server, fast);
  await driver.get('alive');
  await expect(driver.get('fatal')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  expect(server.commands.filter((line) => line.includes('fatal'))).toHaveLength(2);
  await using never = createMetaDriver(server, { ...fast, retry: 'never' });
  await never.get('alive');
  await expect(never.get('fatal')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  expect(server.commands.filter((line) => line.includes('fatal'))).toHaveLength(3);
});

it('does not send a read again of which a part was answered', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.startsWith('mg')) socket.write('EN\r\n');
    else socket.write('VALUE a 0 1\r\nx\r\n', () => socket.end());
  });
  await using driver = createMetaDriver(server, fast);
  await driver.get('alive');
  await expect(driver.getMany(['a', 'b'])).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  expect(server.commands.filter((line) => line.startsWith('get'))).toHaveLength(1);
});

it('does not send a read again that its caller has given up', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (!line.includes('late')) socket.write('EN\r\n');
  });
  await using driver = createMetaDriver(server, { timeoutMs: 5000 });
  await driver.get('alive');
  const controller = new AbortController();
  const late = driver.get('late', { signal: controller.signal }).catch(codeOf);
  await expect.poll(() => server.commands.length).toBe(2);
  controller.abort();
  await late;
  server.dropAll();
  await expect.poll(() => driver.get('alive').catch(codeOf)).toBeUndefined();
  expect(server.commands.filter((line) => line.includes('late'))).toHaveLength(1);
});

it('retries no more than its budget when many reads lose their connection', async () => {
  let isFatal = true;
  await using server = await startScriptedServer((socket, line) => {
    if (line.includes('alive')) socket.write('EN\r\n');
    else if (!isFatal) socket.write('EN\r\n');
    else if (line.includes('last')) {
      isFatal = false;
      socket.destroy();
    }
  });
  await using driver = createMetaDriver(server, { timeoutMs: 5000 });
  await driver.get('alive');
  const calls = Array.from({ length: 98 }, (_, index) => driver.get(`k${index}`).then(() => 'answered', codeOf));
  const answers = await Promise.all([...calls, driver.get('last').then(() => 'answered', codeOf)]);
  expect(answers.filter((answer) => answer === 'answered')).toHaveLength(13);
  expect(answers.filter((answer) => answer === 'ERR_MEMCACHE_CONNECTION_LOST')).toHaveLength(86);
});
