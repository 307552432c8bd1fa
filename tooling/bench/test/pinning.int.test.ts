import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { canPin, cores, pinnedCommand } from '../src/harness/pinning.ts';

const pinning = new URL('../dist/harness/pinning.js', import.meta.url).href;

describe.runIf(canPin)('a contestant, which is tied to a core', () => {
  const asContestant = (script: string): string => {
    const [program, args] = pinnedCommand(cores.contestants, process.execPath, ['--input-type=module', '-e', script]);
    return execFileSync(program, args, { encoding: 'utf8' }).trim();
  };
  const here = `import { readFileSync } from 'node:fs';
    const places = () => /^Cpus_allowed_list:\\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];`;

  it('can move to the core of the servers', () => {
    const script = `${here} const { cores, pinProcesses } = await import('${pinning}');
      const before = places(); await pinProcesses(cores.servers, [process.pid]); console.log(before, places());`;
    expect(asContestant(script)).toBe(`${cores.contestants} ${cores.servers}`);
  });

  it('can start others on the core of the servers', () => {
    const script = `const { cores, pinnedCommand } = await import('${pinning}');
      console.log(pinnedCommand(cores.servers, 'true', []).join(' '));`;
    expect(asContestant(script)).toBe(`taskset -c,${cores.servers},true`);
  });
});
