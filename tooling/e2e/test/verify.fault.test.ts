import { describe, expect, it } from 'vitest';

import { freeBasePort, runPlayground } from './playground.ts';

describe('npm start -- --verify', () => {
  it('stops at once when it is interrupted, and does not claim to have verified anything', async () => {
    const base = await freeBasePort();
    const { code, stdout } = await runPlayground(['--verify', '--ports', String(base)], 'killed ');
    expect(stdout).not.toContain('IN STEP');
    expect(code).toBe(130);
  });

  it('finds both regions in step after kills', async () => {
    const { code, stdout, stderr } = await runPlayground([
      '--verify',
      '--seconds',
      '8',
      '--seed',
      '1',
      '--ports',
      String(await freeBasePort()),
    ]);
    expect(`${stdout}${stderr}`).toMatch(/keys that differ +0\nIN STEP\n/);
    expect(stdout).toMatch(/kills +4 \(2 shipper, 1 receiver, 1 memcached\)/);
    expect(Number(/keys compared +([\d,]+)/.exec(stdout)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(100);
    expect(code).toBe(0);
  });
});
