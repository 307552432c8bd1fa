import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultResult } from '../../src/cache-faults/fault-bench.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ours = '@lockstep/cache';
const peer = 'lru-cache + pub/sub';
/** What is wrong for ever, or for too long; in each of them the peer fails. */
const counted = [
  ['race of loads and an invalidation', 'staleKeys'],
  ['dropped connections', 'stalePairs'],
  ['silent partition', 'staleKeys'],
] as const;

describe('pnpm bench cache-faults', () => {
  let folder: string;
  let stdout: string;
  let results: FaultResult[];
  const figure = (library: string, scenario: string, name: string): number | undefined =>
    results.find((one) => one.library === library && one.scenario === scenario)?.figures[name];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-test-'));
    const file = join(folder, 'results.json');
    const cases = counted.flatMap(([scenario]) => [ours, peer].flatMap((name) => ['--case', `${scenario}: ${name}`]));
    ({ stdout } = await run(process.execPath, [main, 'cache-faults', '--quick', '--json', file, ...cases]));
    results = JSON.parse(await readFile(file, 'utf8')) as FaultResult[];
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true }));

  it.each(counted)('finds nothing stale in ours and something in a peer: %s', (scenario, name) => {
    expect(figure(ours, scenario, name)).toBe(0);
    expect(figure(peer, scenario, name)).toBeGreaterThan(0);
  });

  it('finds ours within the bound in a partition, and a peer as stale as the partition is long', () => {
    // Two seconds, and a read that was slow to begin with.
    expect(figure(ours, 'silent partition', 'oldestSeconds')).toBeLessThan(2.5);
    // Four, without the half in which the keys change, and what the last reads of a busy machine take.
    expect(figure(peer, 'silent partition', 'oldestSeconds')).toBeGreaterThan(3);
  });

  it('prints a row for each library', () => {
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toContain(`| ${ours} |`);
    expect(lines[3]).toContain(`| ${peer} |`);
  });
});
