import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startMemcached } from '../src/memcached-server.ts';
import { startRedis } from '../src/redis-server.ts';

describe('a start that fails', () => {
  let temp: string;

  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'fail-'));
    vi.stubEnv('TMPDIR', temp);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(temp, { recursive: true });
  });

  it('says what to install when the server is not on the PATH', async () => {
    vi.stubEnv('PATH', temp);
    await expect(startRedis()).rejects.toMatchObject({
      code: 'ERR_TESTING_NO_SERVER',
      message: expect.stringMatching(
        /redis-server is not on the PATH.*apt-get install redis-server.*brew install redis/,
      ),
    });
    await expect(startMemcached()).rejects.toMatchObject({
      code: 'ERR_TESTING_NO_SERVER',
      message: expect.stringMatching(/memcached is not on the PATH.*apt-get install memcached.*brew install memcached/),
    });
  });

  it('leaves nothing behind', async () => {
    await expect(startRedis({ config: { 'no-such-directive': '1' } })).rejects.toThrow('no-such-directive');
    await expect(startRedis({ config: { 'not a name': '1' } })).rejects.toThrow(TypeError);
    expect(await readdir(temp)).toEqual([]);
  });

  it('names a given port that is in use', async () => {
    await using taken = await startRedis();
    const expected = {
      code: 'ERR_TESTING_PORT_IN_USE',
      message: expect.stringContaining(`Port ${taken.port} on 127.0.0.1 is in use`),
    };
    await expect(startRedis({ port: taken.port })).rejects.toMatchObject(expected);
    await expect(startMemcached({ port: taken.port })).rejects.toMatchObject(expected);
    // The stranger on the port was not harmed.
    expect(taken.isRunning).toBe(true);
  });

  it('quotes what the server said before it ended', async () => {
    await expect(startRedis({ config: { 'no-such-directive': '1' } })).rejects.toMatchObject({
      code: 'ERR_TESTING_START_FAILED',
      message: expect.stringContaining('no-such-directive'),
    });
    await expect(startMemcached({ args: ['--no-such-option'] })).rejects.toMatchObject({
      code: 'ERR_TESTING_START_FAILED',
      message: expect.stringContaining('no-such-option'),
    });
  });

  it('quotes what the server said when it is not ready in time', async () => {
    await writeFile(join(temp, 'redis-server'), '#!/bin/sh\necho loading very slowly\nexec sleep 60\n');
    await chmod(join(temp, 'redis-server'), 0o755);
    vi.stubEnv('PATH', `${temp}:${process.env['PATH']}`);
    await expect(startRedis({ timeoutMs: 300 })).rejects.toMatchObject({
      code: 'ERR_TESTING_TIMEOUT',
      message: expect.stringMatching(/did not start within 300 ms[^]*loading very slowly/),
    });
  });

  it('gives up with the reason of the signal', async () => {
    await writeFile(join(temp, 'redis-server'), '#!/bin/sh\nexec sleep 60\n');
    await chmod(join(temp, 'redis-server'), 0o755);
    vi.stubEnv('PATH', `${temp}:${process.env['PATH']}`);
    const controller = new AbortController();
    const starting = startRedis({ signal: controller.signal });
    await vi.waitFor(async () => expect(await readdir(temp)).toHaveLength(2));
    controller.abort(new Error('changed my mind'));
    await expect(starting).rejects.toThrow('changed my mind');
    await expect(startRedis({ signal: controller.signal })).rejects.toThrow('changed my mind');
  });
});
