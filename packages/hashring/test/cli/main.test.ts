import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { files } from './folder.ts';
import { run } from './run.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('dist/cli/main.js', () => {
  beforeAll(() => {
    if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: build the package first, with tsc -b`);
  });

  it('prints what the command prints, and leaves with 0', () => {
    const args = ['where', 'user:42', '--nodes', 'a,b,c', '--preset', 'php-memcached'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: run(...args).printed, stderr: '' });
  });

  it('complains in a line on the standard error, and leaves with 2', () => {
    const { old } = files({ old: 'algorithm: ketama\nnodes: [a, a]\n' });
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'where', 'k', '--ring', old], {
      encoding: 'utf8',
    });
    const complaint = `hashring: ${old}: node 1 (a) has the same label as node 0: a\n`;
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: complaint });
  });

  it('says nothing when its reader has gone', () => {
    const modula = (count: number) =>
      `algorithm: libmemcached-modula\nnodes: [${Array.from({ length: count }, (_, i) => `c${i}`).join(', ')}]`;
    const { old, now } = files({ old: modula(100), now: modula(101) });
    const command = '{ "$0" "$@"; echo "left with $?" >&2; } | head -n 1';
    // More than a pipe holds.
    const plan = ['plan', '--from', old, '--to', now, '--json'];
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, MAIN, ...plan], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '{\n', stderr: 'left with 0\n' });
  });
});
