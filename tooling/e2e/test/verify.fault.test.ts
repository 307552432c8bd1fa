import { describe, expect, it } from 'vitest';

import { anyBasePort, runPlayground } from './playground.ts';

describe('npm start -- --verify', () => {
  it.each([1, 2])('finds both regions in step after kills, with seed %i', async (seed) => {
    const { code, stdout, stderr } = await runPlayground([
      '--verify',
      '--seconds',
      '8',
      '--seed',
      String(seed),
      '--ports',
      String(anyBasePort()),
    ]);
    expect(`${stdout}${stderr}`).toMatch(/keys that differ +0\nIN STEP\n/);
    expect(stdout).toMatch(/kills +4 \(2 shipper, 1 receiver, 1 memcached\)/);
    expect(Number(/keys compared +([\d,]+)/.exec(stdout)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(100);
    expect(code).toBe(0);
  });
});
