import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LockResult } from '../../src/lock/lock-report.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ours = '@lockstep/lock';

describe('pnpm bench lock', () => {
  let folder: string;
  let results: LockResult[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-test-'));
    const file = join(folder, 'results.json');
    const cases = [`contended: ${ours}`, `hand-off: ${ours}`].flatMap((name) => ['--case', name]);
    await run(process.execPath, [main, 'lock', '--quick', '--json', file, ...cases]);
    results = JSON.parse(await readFile(file, 'utf8')) as LockResult[];
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true }));

  it('finds that a lock that 32 want costs each a few commands', () => {
    const [contended] = results;
    expect(contended).toMatchObject({ case: 'contended', library: ours });
    // Beyond the promise of 3.2 there is what connecting takes, which a short run does not spread over many.
    expect((contended as { commandsPerAcquisition: number }).commandsPerAcquisition).toBeLessThan(6);
  });

  it('finds that one that waits asks hardly anything', () => {
    const [, handOff] = results;
    expect(handOff).toMatchObject({ case: 'hand-off', library: ours });
    expect((handOff as { idleCommandsPerSecond: number }).idleCommandsPerSecond).toBeLessThanOrEqual(5);
  });
});
