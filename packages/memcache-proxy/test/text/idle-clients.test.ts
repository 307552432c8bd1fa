import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, it, vi } from 'vitest';

import { createBackend, createMemcacheServer } from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { ScriptClient } from './script-client.ts';

/** Each takes a file descriptor here; what a process may have is what the shell says. */
const descriptors = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
const CLIENTS = descriptors === 'unlimited' || Number(descriptors) >= 11_000 ? 10_000 : 500;
const PROCESSES = 2;
/** A socket of Node with its events, a parser and a watch; many times less than a thread or a read buffer. */
const MAX_BYTES_EACH = 16_384;

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

async function end(crowd: ChildProcess): Promise<void> {
  if (crowd.exitCode !== null || crowd.signalCode !== null) return;
  crowd.kill('SIGKILL');
  await once(crowd, 'exit');
}

it(
  `keeps ${CLIENTS} idle clients for a few kilobytes each, and serves others beside them`,
  { timeout: 150_000 },
  async () => {
    await using server = createMemcacheServer({ backend: createBackend({ pool: new MemoryPool() }) });
    const address = await server.listen({ port: 0 });
    const port = 'port' in address ? address.port : 0;
    const before = usedBytes();
    // In a process of their own, so that what they cost is not counted here.
    // So many at once as the queue of those to be accepted holds: further ones are dropped, and tried again ever more seldom.
    const script = `
    const { connect } = require('node:net');
    let count = 0;
    function open() {
      if (count++ >= ${CLIENTS / PROCESSES}) return;
      connect(${port}, '127.0.0.1', function () {
        this.write('get k\\r\\nset half 0 0 1000000\\r\\nx');
        open();
      }).resume();
    }
    for (let lane = 0; lane < 100; lane += 1) open();`;
    const crowds = Array.from({ length: PROCESSES }, () =>
      spawn(process.execPath, ['-e', script], { stdio: 'ignore' }),
    );
    try {
      await vi.waitFor(() => expect(server.stats.getMisses).toBe(CLIENTS), { timeout: 100_000 });
      expect(server.connections).toBe(CLIENTS);
      expect((usedBytes() - before) / CLIENTS).toBeLessThan(MAX_BYTES_EACH);
      await using client = await ScriptClient.open({ port });
      await client.send('set k 0 0 1\r\nx\r\nget k\r\n');
      await expect(client.receive('STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\n')).resolves.toBeUndefined();
    } finally {
      await Promise.all(crowds.map(end));
    }
    await vi.waitFor(() => expect(server.connections).toBe(0), { timeout: 40_000 });
  },
);
