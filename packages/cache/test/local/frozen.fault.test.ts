import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('one-long-turn.mjs', import.meta.url));
const maxStalenessMs = 1000;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

interface Turn {
  readonly reads: number;
  readonly served: number;
  readonly lastServedMs: number;
  readonly longestGapMs: number;
}

/** A process that peeks in one long turn; resolves when that has begun. */
async function startTurn(): Promise<{ child: ChildProcess; ended: Promise<Turn> }> {
  const child = spawn(process.execPath, [script, redis.url, String(maxStalenessMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [begins] = (await once(child.stdout, 'data')) as [Buffer];
  expect(begins.toString()).toBe('the turn begins\n');
  return { child, ended: text(child.stdout).then((json) => JSON.parse(json) as Turn) };
}

describe('a process that hears no heartbeat because of one long turn', () => {
  it('serves until the bound and not beyond', async () => {
    const { ended } = await startTurn();
    const { reads, served, lastServedMs } = await ended;
    expect(served).toBeGreaterThan(1000);
    expect(served).toBeLessThan(reads);
    expect(lastServedMs).toBeLessThanOrEqual(maxStalenessMs);
  });

  it('serves nothing when it goes on after it was frozen in the middle of the turn', async () => {
    const { child, ended } = await startTurn();
    child.kill('SIGSTOP');
    const frozenAt = performance.now();
    await expect.poll(() => performance.now() - frozenAt).toBeGreaterThan(2 * maxStalenessMs);
    child.kill('SIGCONT');
    const { reads, lastServedMs, longestGapMs } = await ended;
    expect(longestGapMs).toBeGreaterThan(maxStalenessMs);
    expect(reads).toBeGreaterThan(1000);
    expect(lastServedMs).toBeLessThanOrEqual(maxStalenessMs);
  });
});
