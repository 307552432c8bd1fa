import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { CaseResult } from '../src/harness/run-case.ts';
import { benches, loadCases, reports } from '../src/registry.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const casesOf = new Map(
  await Promise.all(Object.keys(benches).map(async (name) => [name, await loadCases(name)] as const)),
);

describe('pnpm bench', () => {
  it('lists every case', async () => {
    const { stdout } = await run(process.execPath, [main, '--list']);
    const cases = [...casesOf.values()].flat();
    expect(cases.length).toBeGreaterThan(0);
    for (const { case: name } of cases) expect(stdout).toContain(`  ${name} (`);
    for (const name of Object.keys(reports)) expect(stdout).toContain(`\n${name}\n  `);
  });

  // A bench may have cases and a report.
  const names = new Set([...casesOf.keys(), ...Object.keys(reports)]);
  it('ends with code 2 and one line for a bench that is not there', async () => {
    await expect(run(process.execPath, [main, 'nothing'])).rejects.toMatchObject({
      code: 2,
      stderr: `bench: there is no bench nothing; there are: ${[...names].join(', ')}\n`,
    });
  });

  // The other cases differ from these in numbers only.
  const chosen = [
    ['cache', 'in the process, synchronous, 1,024 keys'],
    ['cache', 'sessions'],
    ['invalidation', 'publish to heard, 4 processes, 1,000/s, p50'],
    ['invalidation', 'invalidation to eviction, 4 processes, 1,000/s, p50'],
    ['invalidation', 'publishes, 256'],
    ['memcache', 'getMany of 100 × 100 B, 16'],
    ['memcache', '99th percentile'],
    ['proxy-http', 'processor time: GET × 100 B'],
    ['proxy-http', 'features, 64 connections, processor time'],
    ['proxy-memcache', 'get × 100 B, 50 connections × 16'],
    ['proxy-memcache', 'features, set, 50 × 16, processor time'],
    ['refresh', 'in the process'],
    ['replication', 'enqueue, cost'],
  ] as const;
  for (const [bench, text] of chosen) {
    // A bench whose load generator is not installed has no cases.
    const cases = casesOf.get(bench)!.filter((one) => one.case.includes(text));
    it.skipIf(cases.length === 0)(
      `measures the cases of ${bench} with real servers: ${text || 'all'}`,
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-test-'));
        try {
          const file = join(folder, 'results.json');
          const { stdout } = await run(process.execPath, [main, bench, '--case', text, '--quick', '--json', file]);
          const results = JSON.parse(await readFile(file, 'utf8')) as CaseResult[];
          expect(results.map((result) => result.case)).toEqual(cases.flatMap((one) => one.peers.map(() => one.case)));
          // A row for each, under the head and the rule.
          expect(stdout.trim().split('\n')).toHaveLength(results.length + 2);
          for (const result of results) expect(result.low).toBeLessThanOrEqual(result.high);
        } finally {
          await rm(folder, { recursive: true });
        }
      },
      600_000,
    );
  }
});
