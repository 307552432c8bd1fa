import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startServerProcess } from '../harness/server-process.ts';
import type { ProxyKind } from './proxy-kind.ts';

/** Whether twemproxy is there. */
export const hasNutcracker: boolean = spawnSync('nutcracker', ['--version'], { stdio: 'ignore' }).status === 0;

/** twemproxy as Debian has it, with one connection to memcached. */
export const nutcracker: ProxyKind = {
  name: 'nutcracker',
  async start(params) {
    const [port, statsPort] = [await findFreePort(), await findFreePort()];
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-nutcracker-'));
    try {
      const file = join(folder, 'nutcracker.yml');
      await writeFile(file, configuration(port, `${requireParam(params, 'host')}:${requireParam(params, 'port')}`));
      // Verbosity 0: emergencies only.
      const args = ['-c', file, '-v', '0', '-a', '127.0.0.1', '-s', String(statsPort)];
      return await startServerProcess({ program: 'nutcracker', args, port });
    } finally {
      // It has read the file.
      await rm(folder, { recursive: true });
    }
  },
};

function configuration(port: number, memcached: string): string {
  return [
    'bench:',
    `  listen: 127.0.0.1:${port}`,
    '  hash: fnv1a_64',
    '  distribution: ketama',
    '  preconnect: true',
    '  auto_eject_hosts: false',
    '  timeout: 1000',
    '  servers:',
    `   - ${memcached}:1`,
    '',
  ].join('\n');
}
