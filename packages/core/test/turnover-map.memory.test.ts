import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

/** What a process holds, in bytes, after a million entries came and went, and nothing but its young objects was collected. */
function heldAfter(make: string): number {
  const script = `
    const { TurnoverMap } = await import('@lockstep/core');
    const map = ${make};
    const keys = Array.from({ length: 1000 }, (_, at) => 'key' + at);
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 300_000; at += 1) {
      map.set(keys[at % 1000], { at, text: [at, at, at, at, at, at, at, at] });
      map.delete(keys[(at + 950) % 1000]);
      if (at % 5000 === 0) gc({ type: 'minor' });
    }
    gc({ type: 'minor' });
    console.log(process.memoryUsage().heapUsed - before);
  `;
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  return Number(execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' }));
}

it('leaves nothing of what went to the next full collection', () => {
  // A plain map holds twenty times as much.
  expect(heldAfter('new TurnoverMap()')).toBeLessThan(2_000_000);
});
