import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { Client, Server } from 'memjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMemjsDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { type BinaryServer, replyTo, startBinaryServer } from './binary-server.ts';

// Each test shows first that memjs has the defect, so that it turns red when a later memjs has not,
// and then that the driver over it does not pass it on.

const value = 'A'.repeat(300);
const halfOfReply = 150;
const lostPromise = 'not settled';

interface Place {
  readonly host: string;
  readonly port: number;
}

function bareMemjs({ host, port }: Place, options: object = {}): Client {
  return Client.create(`${host}:${port}`, { timeout: 0.2, logger: { log() {} }, ...options });
}

/** Watches a promise without waiting for it. */
function watch<T>(promise: Promise<T>): { readonly outcome: unknown } {
  const state = { outcome: lostPromise as unknown };
  void promise.then(
    (result) => (state.outcome = result),
    (error: unknown) => (state.outcome = error),
  );
  return state;
}

/** What memjs keeps of its only server. */
function privatesOf(client: Client): { readonly _socket?: unknown; readonly responseBuffer: Buffer } {
  return client.servers[0] as never;
}

const textOf = (item: { value: Buffer | null } | undefined): string | undefined => item?.value?.toString();

describe('against a scripted server', () => {
  /** The first connection breaks in the middle of a reply; all others answer. */
  const startHalfReplies = (breakOff: 'silence' | 'reset'): Promise<BinaryServer> =>
    startBinaryServer((socket, command) => {
      const reply = replyTo(command, { value });
      if (command.connection > 0) socket.write(reply);
      else socket.write(reply.subarray(0, halfOfReply), () => breakOff === 'reset' && socket.resetAndDestroy());
    });

  it('a half reply before a silence never becomes part of a value', async () => {
    await using bareServer = await startHalfReplies('silence');
    const bare = bareMemjs(bareServer);
    const corrupted = (await bare.get('k')).value!;
    expect(corrupted.toString()).not.toBe(value);
    expect(corrupted.subarray(0, 100).toString()).toBe('A'.repeat(100));
    bare.close();

    await using server = await startHalfReplies('silence');
    await using driver = createMemjsDriver({ ...server, timeoutMs: 200 });
    expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
    await expect.poll(() => driver.isUp).toBe(true);
    expect(textOf(await driver.get('k'))).toBe(value);
  });

  it('a half reply before a reset does not spoil the calls that follow', async () => {
    await using bareServer = await startHalfReplies('reset');
    const bare = bareMemjs(bareServer, { retries: 1 });
    const first = watch(bare.get('k'));
    await expect.poll(() => privatesOf(bare).responseBuffer.length).toBe(halfOfReply);
    await expect.poll(() => privatesOf(bare)._socket).toBeUndefined();
    await expect(bare.get('k')).rejects.toThrow('socket timed out');
    // The reply to the second call went to the first, with the bytes that were left of the first.
    expect((first.outcome as { value: Buffer }).value.toString()).not.toBe(value);
    bare.close();

    await using server = await startHalfReplies('reset');
    await using driver = createMemjsDriver({ ...server, timeoutMs: 5000 });
    expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_CONNECTION_LOST');
    await expect.poll(() => driver.isUp).toBe(true);
    expect(textOf(await driver.get('k'))).toBe(value);
  });

  it('a server that hangs up settles what is in flight', async () => {
    const startHangUp = (): Promise<BinaryServer> =>
      startBinaryServer((socket, command) => {
        if (command.connection > 0) socket.write(replyTo(command, { value }));
        else socket.end();
      });
    await using bareServer = await startHangUp();
    const bare = bareMemjs(bareServer, { retries: 1 });
    const first = watch(bare.get('k'));
    await expect.poll(() => bareServer.commands.length).toBe(1);
    await expect.poll(() => privatesOf(bare)._socket).toBeUndefined();
    expect(textOf(await bare.get('k'))).toBe(value);
    expect(first.outcome).toBe(lostPromise);
    bare.close();

    await using server = await startHangUp();
    await using driver = createMemjsDriver({ ...server, timeoutMs: 20_000 });
    expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_CONNECTION_LOST');
    await expect.poll(() => driver.isUp).toBe(true);
    expect(textOf(await driver.get('k'))).toBe(value);
  });

  it('a lost reply times out though other traffic flows', async () => {
    const startLosing = (): Promise<BinaryServer> =>
      startBinaryServer((socket, command) => {
        if (command.key !== 'lost') socket.write(replyTo(command, { value }));
      });
    const traffic = async (get: () => Promise<unknown>, isOver: () => boolean): Promise<void> => {
      while (!isOver()) await get();
    };
    await using bareServer = await startLosing();
    const bare = bareMemjs(bareServer);
    const bareLost = watch(bare.get('lost'));
    const until = performance.now() + 5 * 200;
    await traffic(
      () => bare.get('other'),
      () => performance.now() > until,
    );
    expect(bareLost.outcome).toBe(lostPromise);
    bare.close();

    await using server = await startLosing();
    await using driver = createMemjsDriver({ ...server, timeoutMs: 200 });
    const lost = watch(driver.get('lost'));
    await traffic(
      () => driver.get('other').catch(codeOf),
      () => lost.outcome !== lostPromise,
    );
    expect(lost.outcome).toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
    expect(textOf(await driver.get('other'))).toBe(value);
    // A reply that is lost for certain is a broken stream: the connection was replaced.
    expect(new Set(server.commands.map(({ connection }) => connection))).toEqual(new Set([0, 1]));
  });

  it('one increment is sent once', async () => {
    const startSilent = (): Promise<BinaryServer> => startBinaryServer(() => {});
    await using bareServer = await startSilent();
    const bare = bareMemjs(bareServer, { retry_delay: 0.01 });
    await expect(bare.increment('n', 1, {})).rejects.toThrow('socket timed out');
    await expect.poll(() => bareServer.commands.length).toBe(2);
    bare.close();

    await using server = await startSilent();
    await using driver = createMemjsDriver({ ...server, timeoutMs: 200 });
    expect(await driver.incr('n', 1n).catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
    // It asks for the version until it has an answer, and sends nothing else.
    const version = 0x0b;
    await expect.poll(() => server.commands.map(({ opcode }) => opcode)).toContain(version);
    expect(server.commands.filter(({ opcode }) => opcode !== version)).toHaveLength(1);
  });
});

describe('against a real server', () => {
  let server: MemcachedServer;
  beforeAll(async () => {
    server = await startMemcached();
  });
  afterAll(() => server.close());

  it('calls go on beyond number 2^31', async () => {
    const bare = bareMemjs(server) as Client & { seq: number };
    bare.seq = 2 ** 31 - 2;
    await bare.set('k', value, {});
    await expect(bare.get('k')).rejects.toThrow('out of range');
    bare.close();
    // What the driver does there is in memjs-session.test.ts: only a session can be started so far on.
  });

  it('prepend puts bytes before the value', async () => {
    const bare = bareMemjs(server);
    await bare.set('prepended', 'BBB', {});
    await bare.prepend('prepended', 'AAA');
    expect(textOf(await bare.get('prepended'))).toBe('BBBAAA');
    bare.close();

    await using driver = createMemjsDriver(server);
    await driver.set('prepended', 'BBB', { flags: 7 });
    expect(await driver.prepend('prepended', 'AAA')).toBe('stored');
    expect(await driver.append('prepended', Buffer.from('CCC'))).toBe('stored');
    expect(await driver.get('prepended')).toEqual({ value: Buffer.from('AAABBBCCC'), flags: 7 });
    expect(await driver.prepend('prepended-none', 'AAA')).toBe('not-stored');
    expect(await driver.append('prepended-none', 'AAA')).toBe('not-stored');
  });

  it('counts are right in all 64 bits', async () => {
    const bare = bareMemjs(server);
    await bare.set('count', '4294967296', {});
    expect((await bare.increment('count', 1, {})).value).toBe(257);
    bare.close();

    await using driver = createMemjsDriver(server);
    await driver.set('count', '4294967296');
    expect(await driver.incr('count', 1n)).toBe(4_294_967_297n);
    expect(await driver.incr('count', 2n ** 40n)).toBe(2n ** 40n + 4_294_967_297n);
    expect(await driver.decr('count', 2n ** 40n)).toBe(4_294_967_297n);
    expect(await driver.incr('count-none', 1n)).toBeUndefined();
    expect(await driver.get('count-none')).toBeUndefined();
  });

  it('an empty key is refused at once, and does no harm to other calls', async () => {
    const bare = bareMemjs(server);
    await bare.set('k', value, {});
    const empty = watch(bare.get(''));
    const other = watch(bare.get('k'));
    // The server hangs up on an empty key.
    await expect.poll(() => privatesOf(bare)._socket).toBeUndefined();
    expect(empty.outcome).toBeInstanceOf(Error);
    expect(textOf(await bare.get('k'))).toBe(value);
    expect(other.outcome).toBe(lostPromise);
    bare.close();

    await using driver = createMemjsDriver(server);
    await expect(driver.get('')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
    const outcomes = await Promise.allSettled([driver.get('k'), driver.getMany(['k', ''])]);
    expect(outcomes).toMatchObject([{ value: { flags: 0 } }, { reason: { code: 'ERR_MEMCACHE_BAD_KEY' } }]);
  });

  it('a number in place of a value, which memjs throws at its caller, is a rejection', async () => {
    const bare = bareMemjs(server);
    expect(() => bare.set('number', 5 as unknown as string, {}, () => {})).toThrow('type number');
    bare.close();

    await using driver = createMemjsDriver(server);
    const five = 5 as unknown as string;
    const calls = [() => driver.set('number', five), () => driver.append('number', five), () => driver.get(five)];
    for (const call of calls) {
      const outcome = call();
      await expect(outcome).rejects.toBeInstanceOf(TypeError);
    }
    expect(await driver.get('number')).toBeUndefined();
  });

  it('options stay as they are, and two drivers may have the same ones', async () => {
    const bareOptions = { logger: { log() {} }, timeout: 0.2 };
    Client.create(`${server.host}:${server.port}`, bareOptions).close();
    expect(bareOptions).toHaveProperty('retries', 2);

    const options = { host: server.host, port: server.port, username: '', timeoutMs: 5000 };
    const before = { ...options };
    await using driver = createMemjsDriver(Object.freeze(options));
    await using other = createMemjsDriver(options);
    const callOptions = Object.freeze({ ttlSeconds: 60, flags: 3 });
    await Promise.all([driver.set('shared', '1', callOptions), other.set('shared-2', '2', callOptions)]);
    expect(await driver.getMany(['shared', 'shared-2'])).toMatchObject([{ flags: 3 }, { flags: 3 }]);
    expect(options).toEqual(before);
  });

  it('a key may be bytes', async () => {
    const key = Buffer.from([200, 129, 33]);
    const servers = [new Server(server.host, server.port), new Server(server.host, server.port)];
    const bare = new Client(servers, { logger: { log() {} } });
    expect(() => bare.get(key as unknown as string, () => {})).toThrow('charCodeAt is not a function');
    bare.close();

    await using driver = createMemjsDriver(server);
    await driver.set(key, 'bytes');
    expect(textOf(await driver.get(Buffer.from(key)))).toBe('bytes');
  });
});
