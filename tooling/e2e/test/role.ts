import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One app as an operator starts it, with a topology file of its own. */
export interface Role extends AsyncDisposable {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
}

/** Starts `lockstep-<role>` for a region on the given topology text. It ends when this process does. */
export function startRole(
  role: 'proxy' | 'shipper' | 'receiver' | 'consumer' | 'refresher',
  topology: string,
  region = 'east',
): Role {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  const config = join(directory, 'topology.yaml');
  writeFileSync(config, topology);
  const main = fileURLToPath(new URL(`../../../apps/${role}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main, '--config', config, '--region', region], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exited,
    // The directory is a new one each time; a message is easier to compare without it.
    output: () => text.replaceAll(`${directory}/`, ''),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Where region `east` looks for its servers and listens; give each port once. */
export interface RegionPorts {
  readonly redis: number;
  readonly memcached: number;
  readonly http: number;
  readonly text: number;
  readonly shipper: number;
  readonly receiver: number;
}

/** A topology of two regions, of which only `east` is meant to run. */
export function topologyOf({ redis, memcached, http, text, shipper, receiver }: RegionPorts): string {
  return `version: 1
regions:
  east:
    redis: redis://127.0.0.1:${redis}
    pool: { nodes: [{ name: east-1, address: "127.0.0.1:${memcached}" }] }
    proxy: { http: "127.0.0.1:${http}", memcached: "127.0.0.1:${text}" }
    shipper: { http: "127.0.0.1:${shipper}" }
    receiver: { http: "127.0.0.1:${receiver}" }
  west:
    redis: redis://127.0.0.1:1
    pool: { nodes: [{ name: west-1, address: "127.0.0.1:2" }] }
    proxy: { http: "127.0.0.1:3", memcached: "127.0.0.1:4" }
    shipper: { http: "127.0.0.1:5" }
    receiver: { http: "127.0.0.1:6" }
classes:
  - { prefix: "user:", policy: replicate }
`;
}
