import { describe, expect, it } from 'vitest';

import { algorithms } from '../../src/algorithms/algorithms.ts';
import { presetNames } from '../../src/config/preset-options.ts';
import { presets } from '../../src/presets/presets.ts';
import { cells, run } from './run.ts';

describe('hashring algorithms', () => {
  it('has a line for each algorithm and each preset', () => {
    const { code, printed, complaint } = run('algorithms');
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    const names = cells(printed).map(([name]) => name);
    expect(names).toEqual(['preset', ...presetNames, '', 'algorithm', ...Object.keys(algorithms), '']);
    expect(presetNames).toHaveLength(Object.keys(presets).length);
    expect(presetNames).toContain('php-memcached');
  });

  it('prints JSON with the options of each', () => {
    const { printed } = run('algorithms', '--json');
    const listed = JSON.parse(printed) as { presets: unknown[]; algorithms: unknown[] };
    expect(listed.presets).toContainEqual({ name: 'pylibmc', default: presets.pylibmc() });
    expect(listed.algorithms).toContainEqual({ name: 'libketama', weights: 'integer', ejects: false, options: [] });
    expect(listed.algorithms).toContainEqual(
      expect.objectContaining({
        name: 'pecl-memcache-consistent',
        options: expect.arrayContaining([
          { name: 'hash', default: 'crc32', expected: expect.stringContaining('"fnv"') as unknown },
        ]) as unknown,
      }),
    );
  });
});
