import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMemjsDriver } from '../../src/index.ts';
import { codeOf, fill, hammer, hammerKeys, readAll } from '../hammer.ts';
import { type BinaryServer, replyTo, startBinaryServer } from './binary-server.ts';

const nodeCodes = ['ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_NODE_DOWN', 'ERR_MEMCACHE_TIMEOUT'];

const otherCodes = (codes: ReadonlyMap<string, number>): string[] =>
  [...codes.keys()].filter((code) => !nodeCodes.includes(code));

it.each(['cut', 'reset'] as const)('survives a %s in the middle of traffic without a wrong value', async (fault) => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 500 });
  await fill(driver);
  let faults = 0;
  const tally = await hammer(driver, ({ hits }) => {
    if (hits > (faults + 1) * 200) {
      faults++;
      proxy[fault]();
    }
    return faults >= 5 && hits > 1500;
  });
  expect(tally.wrong).toEqual([]);
  expect(tally.misses).toBe(0);
  expect(otherCodes(tally.codes)).toEqual([]);
});

it('keeps nothing of a half reply for the next connection, whether silence or a hang-up follows', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  const value = 'A'.repeat(300);
  await direct.set('half', value);
  // A connection that has worked is replaced at once.
  await driver.version();
  const replies = async (): Promise<number> => Number((await direct.stats()).get('cmd_get'));
  proxy.dropBytes({ direction: 'down', offset: 150, count: 1_000_000 });
  expect(await driver.get('half').catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
  const half = driver.get('half', { timeoutMs: 20_000 }).catch(codeOf);
  await expect.poll(replies).toBe(2);
  proxy.cut();
  await proxy.heal();
  const next = await driver.get('half').then((item) => item?.value.toString(), codeOf);
  expect([value, 'ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_NODE_DOWN']).toContain(next);
  expect(await half).toMatch(/^ERR_MEMCACHE_(CONNECTION_LOST|NODE_DOWN)$/);
  await expect.poll(() => driver.isUp).toBe(true);
  expect((await driver.get('half'))?.value.toString()).toBe(value);
});

it('uses a connection no more after a call on it has timed out', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  const value = 'A'.repeat(300);
  await direct.set('half', value);
  proxy.dropBytes({ direction: 'down', offset: 150, count: 1_000_000 });
  expect(await driver.get('half').catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
  await proxy.heal();
  await expect.poll(() => driver.isUp).toBe(true);
  expect((await driver.get('half', { timeoutMs: 20_000 }))?.value.toString()).toBe(value);
});

it('settles what is in flight when the server hangs up, long before its deadline', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, timeoutMs: 25_000 });
  await fill(driver);
  await server.freeze();
  const reads = hammerKeys.map((key) => driver.get(key).then(() => 'answered', codeOf));
  await server.kill();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['ERR_MEMCACHE_CONNECTION_LOST']));
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  expect(driver.isUp).toBe(false);
  await server.restart();
  await expect.poll(() => driver.isUp).toBe(true);
  expect(await readAll(driver)).toMatchObject({ misses: hammerKeys.length, hits: 0 });
});

it('settles every call of a frozen server by its deadline, and returns the right values after it thaws', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, timeoutMs: 200 });
  await fill(driver);
  await server.freeze();
  const frozen = await readAll(driver);
  expect(frozen.hits).toBe(0);
  expect(otherCodes(frozen.codes)).toEqual([]);
  await server.thaw();
  await expect.poll(() => readAll(driver), { timeout: 10_000 }).toMatchObject({ hits: hammerKeys.length, wrong: [] });
});

it('times out a lost reply though other traffic flows', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  await fill(direct);
  await direct.set('lost', 'x');
  const headerBytes = 24;
  const extrasBytes = 4;
  proxy.dropBytes({ direction: 'down', offset: 0, count: headerBytes + extrasBytes + 1 });
  let isSettled = false;
  const lost = driver
    .get('lost')
    .then(() => 'answered', codeOf)
    .finally(() => (isSettled = true));
  const tally = await hammer(driver, () => isSettled, 4);
  expect(await lost).toBe('ERR_MEMCACHE_TIMEOUT');
  expect(tally.hits).toBeGreaterThan(0);
  expect(tally.wrong).toEqual([]);
});

it('rejects with ERR_MEMCACHE_OVERLOADED at once above its bound', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, maxQueueOps: 10 });
  const calls = await Promise.all(Array.from({ length: 15 }, () => driver.get('k').then(() => 'answered', codeOf)));
  expect(calls.filter((call) => call === 'answered')).toHaveLength(10);
  expect(calls.filter((call) => call === 'ERR_MEMCACHE_OVERLOADED')).toHaveLength(5);
});

it('does not take other calls along when one with a short deadline times out', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 20_000 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  await driver.set('k', 'value');
  const connections = async (): Promise<string | undefined> => (await direct.stats()).get('total_connections');
  const before = await connections();
  proxy.delay({ downMs: 200 });
  const [hasty, patient] = await Promise.allSettled([driver.get('k', { timeoutMs: 20 }), driver.get('k')]);
  expect(hasty).toMatchObject({ reason: { code: 'ERR_MEMCACHE_TIMEOUT' } });
  expect(patient).toMatchObject({ value: { value: Buffer.from('value') } });
  expect((await driver.get('k'))?.value.toString()).toBe('value');
  expect(await connections()).toBe(before);
});

it('never sends a call that was given up before there was a connection', async () => {
  const withheld: (() => void)[] = [];
  await using server = await startBinaryServer((socket, command) => {
    if (command.opcode === 0x20) withheld.push(() => socket.write(replyTo(command)));
    else socket.write(replyTo(command, command.opcode === 0 ? { value: 'value' } : {}));
  });
  await using driver = createMemjsDriver({ ...server, username: 'ada', password: 'secret', timeoutMs: 20_000 });
  const controller = new AbortController();
  const timedOut = driver.set('k', 'too late', { timeoutMs: 20 }).catch(codeOf);
  const aborted = driver.delete('k', { signal: controller.signal }).catch((error: unknown) => error);
  const read = driver.get('k');
  await expect.poll(() => withheld.length).toBe(1);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await timedOut).toBe('ERR_MEMCACHE_TIMEOUT');
  expect(await aborted).toBe(reason);
  withheld[0]!();
  expect((await read)?.value.toString()).toBe('value');
  expect(server.commands.map(({ opcode }) => opcode)).toEqual([0x20, 0x21, 0x00]);
});

it('authenticates before its first call, and says so when the server refuses', async () => {
  const startWithPassword = (): Promise<BinaryServer> =>
    startBinaryServer((socket, command) => {
      const isRefused = command.opcode === 0x21 && command.value !== '\0ada\0secret';
      socket.write(replyTo(command, isRefused ? { status: 0x20 } : {}));
    });
  await using server = await startWithPassword();
  await using driver = createMemjsDriver({ ...server, username: 'ada', password: 'secret' });
  expect(await driver.delete('k')).toBe(true);
  expect(server.commands.map(({ opcode, key }) => [opcode, key])).toEqual([
    [0x20, ''],
    [0x21, 'PLAIN'],
    [0x04, 'k'],
  ]);
  await using stranger = createMemjsDriver({ ...server, username: 'ada', password: 'wrong' });
  await expect(stranger.get('k')).rejects.toMatchObject({
    code: 'ERR_MEMCACHE_NODE_DOWN',
    message: expect.stringContaining('authentication failed'),
  });
  expect(stranger.isUp).toBe(false);
});

it.each<[string, (reply: Buffer) => Buffer]>([
  ['another magic byte', (reply) => setByte(reply, 0, 0x41)],
  ['another command', (reply) => setByte(reply, 1, 0x04)],
  ['a number that nobody waits for', (reply) => setByte(reply, 15, 0xff)],
  ['an endless length', (reply) => setByte(reply, 8, 0xff)],
  ['a key longer than the reply', (reply) => setByte(reply, 2, 0xff)],
  ['a key in front of its value', (reply) => setByte(reply, 3, 2)],
  ['flags of no length', (reply) => setByte(reply, 4, 0)],
])('ends the connection with ERR_MEMCACHE_PROTOCOL for a reply with %s', async (_name, damage) => {
  await using server = await startBinaryServer((socket, command) => {
    const reply = replyTo(command, { value: 'value' });
    socket.write(command.connection === 0 ? damage(reply) : reply);
  });
  await using driver = createMemjsDriver({ ...server, timeoutMs: 20_000 });
  expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_PROTOCOL');
  await expect.poll(() => driver.isUp).toBe(true);
  expect((await driver.get('k'))?.value.toString()).toBe('value');
});

it('rejects each refusal with its own code, and goes on', async () => {
  const refusals = new Map([
    [0x03, 'ERR_MEMCACHE_VALUE_TOO_LARGE'],
    [0x04, 'ERR_MEMCACHE_SERVER'],
    [0x06, 'ERR_MEMCACHE_NOT_A_NUMBER'],
    [0x81, 'ERR_MEMCACHE_SERVER'],
    [0x82, 'ERR_MEMCACHE_SERVER'],
    [0x99, 'ERR_MEMCACHE_SERVER'],
  ]);
  await using server = await startBinaryServer((socket, command) =>
    socket.write(replyTo(command, { status: Number(command.key) })),
  );
  await using driver = createMemjsDriver(server);
  for (const [status, code] of refusals) {
    const calls = [
      driver.get(`${status}`),
      driver.set(`${status}`, 'x'),
      driver.incr(`${status}`, 1n),
      driver.touch(`${status}`, 1),
    ];
    expect(await Promise.all(calls.map((call) => call.then(() => 'answered', codeOf)))).toEqual([
      code,
      code,
      code,
      code,
    ]);
  }
  expect(new Set(server.commands.map(({ connection }) => connection))).toEqual(new Set([0]));
});

it('rejects with ERR_MEMCACHE_OVERLOADED above its bound of bytes too', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, maxQueueBytes: 10_000 });
  const store = (): Promise<string> => driver.set('k', Buffer.alloc(4000)).then(() => 'stored', codeOf);
  expect(await Promise.all([store(), store(), store()])).toEqual(['stored', 'stored', 'ERR_MEMCACHE_OVERLOADED']);
  expect(await store()).toBe('stored');
});

function setByte(reply: Buffer, offset: number, byte: number): Buffer {
  reply.writeUInt8(byte, offset);
  return reply;
}

it.each([1, 2, 30])('gives no value that has lost bytes on the way, with %i reads at once', async (count) => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 20_000 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  const value = 'A'.repeat(300);
  const keys = Array.from({ length: count }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => direct.set(key, value)));
  proxy.dropBytes({ direction: 'down', offset: 100, count: 5 });
  const first = await Promise.all(keys.map((key) => driver.get(key).then((item) => item?.value.toString(), codeOf)));
  expect(new Set(first)).toEqual(new Set(['ERR_MEMCACHE_PROTOCOL']));
  await proxy.heal();
  await expect.poll(() => driver.isUp).toBe(true);
  expect((await driver.get('k0'))?.value.toString()).toBe(value);
});
