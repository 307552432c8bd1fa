import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { listed, type SpoolLab, startSpoolLab } from './spool-lab.ts';

const script = fileURLToPath(new URL('crashing-process.mjs', import.meta.url));

let lab: SpoolLab;
let children: ChildProcess[];

beforeEach(async () => {
  lab = await startSpoolLab();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await lab[Symbol.asyncDispose]();
});

/** A process that adds entries, and the keys that it was told are safe. */
function startAdding(name: string): { readonly safe: readonly string[]; kill(): Promise<void> } {
  const child = spawn(process.execPath, [script, String(lab.server.port), lab.directory, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const safe: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    safe.push(...lines);
  });
  return {
    safe,
    async kill() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

it.each(['running', 'dead', 'frozen'] as const)(
  'replays all that a process was told is safe before it was killed, with Redis %s',
  async (state) => {
    if (state === 'dead') await lab.server.kill();
    if (state === 'frozen') await lab.server.freeze();
    const [first, second] = [startAdding('a'), startAdding('b')];
    await expect.poll(() => Math.min(first.safe.length, second.safe.length)).toBeGreaterThan(100);
    await Promise.all([first.kill(), second.kill()]);
    if (state === 'dead') await lab.server.restart();
    if (state === 'frozen') await lab.server.thaw();
    const heir = lab.open();
    heir.start();
    const safe = [...first.safe, ...second.safe].map((key) => `main ${key}`);
    await expect
      .poll(() => {
        const deleted = new Set(lab.target.deleted);
        return safe.filter((one) => !deleted.has(one));
      })
      .toEqual([]);
    await expect.poll(() => listed(heir)).toEqual([]);
  },
);
