import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** A client in another language, as a script of `clients/`. */
export interface ForeignClient {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Exits 0 where the client library is installed. */
  readonly probe: readonly string[];
}

const python = '/usr/bin/python3';
const scriptPath = (name: string): string => fileURLToPath(new URL(`clients/${name}`, import.meta.url));

export const phpMemcached: ForeignClient = {
  name: 'php-memcached',
  command: 'php',
  args: [scriptPath('php-memcached.php')],
  probe: ['-r', 'exit(class_exists("Memcached") ? 0 : 1);'],
};

export const pylibmc: ForeignClient = {
  name: 'pylibmc',
  command: python,
  args: [scriptPath('python_client.py'), 'pylibmc'],
  probe: ['-c', 'import pylibmc'],
};

export const pymemcache: ForeignClient = {
  name: 'pymemcache',
  command: python,
  args: [scriptPath('python_client.py'), 'pymemcache'],
  probe: ['-c', 'import pymemcache'],
};

/**
 * Whether the machine has the client.
 *
 * @throws where `LOCKSTEP_E2E_REQUIRE_CLIENTS` says that it must have it.
 */
export function isInstalled({ name, command, probe }: ForeignClient): boolean {
  const installed = spawnSync(command, [...probe]).status === 0;
  if (!installed && process.env['LOCKSTEP_E2E_REQUIRE_CLIENTS'] === '1') {
    throw new Error(`${name} is not installed, and LOCKSTEP_E2E_REQUIRE_CLIENTS=1 requires it`);
  }
  return installed;
}

/** Runs the client's script and gives what it printed. */
export async function runClient(client: ForeignClient, args: readonly string[]): Promise<Record<string, unknown>> {
  const child = spawn(client.command, [...client.args, ...args], { timeout: 20_000 });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (status !== 0) throw new Error(`${client.name} failed (${String(status)}): ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
