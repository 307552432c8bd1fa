import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('measure-hits.mjs', import.meta.url));
/** So large a young generation from the start that nothing is collected while it is measured. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];
/** Less than one object in a hundred reads. */
const NOTHING = 0.1;

type Measured = Readonly<Record<'peek' | 'date' | 'peekAndAllocate', number>>;

function measureWith(clock: 'still' | 'real'): Measured {
  const { stdout, stderr } = spawnSync(process.execPath, [...FLAGS, script, clock], { encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

describe('peek', () => {
  it('allocates nothing for a hit', () => {
    const { peek, peekAndAllocate } = measureWith('still');
    expect(peek).toBeLessThan(NOTHING);
    // The measurement sees a single object.
    expect(peekAndAllocate).toBeGreaterThan(15);
  });

  it('leaves behind the number that V8 makes for the time of day, and nothing else', () => {
    const { peek, date } = measureWith('real');
    expect(peek).toBeLessThan(date + NOTHING);
  });
});
