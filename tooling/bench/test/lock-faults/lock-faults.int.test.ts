import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LockFaultResult } from '../../src/lock-faults/lock-fault-bench.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ours = '@lockstep/lock';
const unrenewed = 'SET NX PX, never renewed';

describe('pnpm bench lock-faults', () => {
  let folder: string;
  let aimed: LockFaultResult;
  let forgetful: LockFaultResult;
  let blind: LockFaultResult;

  async function resultsOf(file: string, ...cases: readonly string[]): Promise<LockFaultResult[]> {
    const path = join(folder, file);
    const chosen = cases.flatMap((one) => ['--case', one]);
    await run(process.execPath, [main, 'lock-faults', '--quick', '--json', path, ...chosen]);
    return JSON.parse(await readFile(path, 'utf8')) as LockFaultResult[];
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-test-'));
    const [first, second] = await Promise.all([
      resultsOf('aimed.json', `aimed at the holder: ${ours}`),
      resultsOf('others.json', `aimed at the holder: ${unrenewed}`, `Redis forgets: ${ours}`),
    ]);
    [aimed] = first as [LockFaultResult];
    [blind, forgetful] = second as [LockFaultResult, LockFaultResult];
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true }));

  it('finds one holder at a time, whatever happens to the one that holds it', () => {
    expect(aimed.outcome).toMatchObject({ stale: 0, staleAccepted: 0, disorderedTokens: 0, unheard: 0 });
    expect(aimed.outcome!.faults).toBeGreaterThan(3);
    expect(aimed.outcome!.sessions).toBeGreaterThan(1);
    expect(aimed.outcome!.recoveryMs).toBeLessThan(10_000);
  });

  it('finds that tokens keep out every stale effect when Redis forgets who holds the lock', () => {
    expect(forgetful.outcome).toMatchObject({ staleAccepted: 0, disorderedTokens: 0, unheard: 0 });
    expect(forgetful.outcome!.recoveryMs).toBeLessThan(10_000);
  });

  it('finds the stale effects of a lock that nobody renews: it is not blind', () => {
    expect(blind.outcome!.stale).toBeGreaterThan(10);
    expect(blind.outcome!.staleAccepted).toBe(blind.outcome!.stale);
  });
});
