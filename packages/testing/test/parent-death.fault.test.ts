import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startRedis } from '../src/redis-server.ts';

const orphan = fileURLToPath(new URL('orphan.mjs', import.meta.url));

describe('servers whose parent process ends', () => {
  let temp: string;
  let parent: ChildProcess | undefined;

  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'parent-'));
    vi.stubEnv('TMPDIR', temp);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    parent?.kill('SIGKILL');
    await rm(temp, { recursive: true, force: true, maxRetries: 10 });
  });

  function startParent(mode: string): ChildProcess {
    parent = spawn(process.execPath, [orphan, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    return parent;
  }

  async function expectNothingLeft(pids: readonly number[]): Promise<void> {
    await expect.poll(() => alive(pids), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => readdir(temp), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => guardiansIn(temp), { timeout: 10_000 }).toEqual([]);
  }

  it('are killed and their directories removed when it is killed with SIGKILL', async () => {
    const started = startParent('wait');
    const pids = await pidsFrom(started);
    expect(await alive(pids)).toEqual(pids);
    expect(await readdir(temp)).toHaveLength(3);
    started.kill('SIGKILL');
    await expectNothingLeft(pids);
  });

  it('do not keep it alive, and end with it', async () => {
    const started = startParent('end');
    const pids = await pidsFrom(started);
    if (started.exitCode === null) await once(started, 'exit');
    expect(started.exitCode).toBe(0);
    await expectNothingLeft(pids);
  });

  it('leave no guardian behind when they are closed in order', async () => {
    const server = await startRedis();
    expect(await guardiansIn(temp)).toHaveLength(1);
    await server.close();
    expect(await guardiansIn(temp)).toEqual([]);
  });
});

async function pidsFrom(parent: ChildProcess): Promise<number[]> {
  const stdout = parent.stdout as NodeJS.ReadableStream;
  const [line] = (await once(stdout, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as number[];
}

/** Those of `pids` that run. One that waits for its parent to take note of its end does not. */
async function alive(pids: readonly number[]): Promise<number[]> {
  const lines = await processes('pid=,stat=');
  return pids.filter((pid) => lines.some((line) => new RegExp(`^${pid} +[^Z]`).test(line)));
}

async function guardiansIn(temp: string): Promise<string[]> {
  const lines = await processes('args=');
  return lines.filter((line) => line.includes('lockstep-guardian') && line.includes(temp));
}

async function processes(columns: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', columns]);
  return stdout.split('\n').map((line) => line.trim());
}
