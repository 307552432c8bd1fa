import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { findFreePort } from '../src/harness/free-port.ts';
import { processorMicroseconds } from '../src/harness/processor-time.ts';
import { startServerProcess } from '../src/harness/server-process.ts';

const pipe = fileURLToPath(new URL('../dist/proxy-memcache/pipe-server.js', import.meta.url));

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startServerProcess', () => {
  it('starts a server that accepts connections, and ends it', async () => {
    const port = await findFreePort();
    const server = await startServerProcess({
      program: process.execPath,
      args: [pipe, `${port}`, '127.0.0.1', '1'],
      port,
    });
    // Nobody is behind the pipe: it accepts and hangs up.
    await once(connect(server.port, '127.0.0.1').resume(), 'close');
    expect(isThere(server.pid)).toBe(true);
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    expect(isThere(server.pid)).toBe(false);
  });

  it('says when the server ends before it listens', async () => {
    const starting = startServerProcess({ program: process.execPath, args: ['-e', 'process.exit(3)'], port: 1 });
    await expect(starting).rejects.toThrow(/ended with code 3 before it listened/);
  });
});

describe('processorMicroseconds', () => {
  it('counts what a process computes, and little of what it waits', async () => {
    const before = await processorMicroseconds(process.pid);
    const endsAt = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < endsAt);
    const spent = (await processorMicroseconds(process.pid)) - before;
    expect(spent).toBeGreaterThan(40_000);
  });

  it('rejects for a process that is not there', async () => {
    await expect(processorMicroseconds(4_194_304)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
