import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { fleet } from '../laws/fleet.ts';
import { byDefault } from '../laws/subjects.ts';

const script = fileURLToPath(new URL('measure-changes.mjs', import.meta.url));
/** Two rings of ketama with 200 nodes, of which fifty are left behind. */
const TWO_RINGS = 1_000_000;

describe('a ring that was changed a hundred times', () => {
  it('holds none of the rings before', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], {
      input: JSON.stringify({ nodes: fleet(200), subjects: byDefault.map(({ options }) => options) }),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const grown = JSON.parse(stdout) as number[];
    const leaking = byDefault.filter((_, index) => !(grown[index]! < TWO_RINGS));
    expect(grown).toHaveLength(byDefault.length);
    expect(leaking.map(({ title }) => title)).toEqual([]);
  }, 60_000);
});
