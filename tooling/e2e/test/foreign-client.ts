import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A client in another language, as a script of `clients/`. */
export interface ForeignClient {
  readonly name: string;
  readonly command: string;
  readonly script: string;
  /** Exits 0 where the client library is installed. */
  readonly probe: readonly string[];
  /** Whether the script can also read from the nodes of a pool itself, by its own ketama. */
  readonly placesKeys: boolean;
}

/** What a script wrote through a proxy, so that another region can be asked for it. */
export interface ForeignWrites {
  readonly written: Readonly<Record<string, string>>;
  readonly deleted: readonly string[];
}

const python = '/usr/bin/python3';

export const foreignClients: readonly ForeignClient[] = [
  {
    name: 'php-memcached',
    command: 'php',
    script: 'php-memcached.php',
    probe: ['-r', 'exit(class_exists("Memcached") ? 0 : 1);'],
    placesKeys: true,
  },
  { name: 'pylibmc', command: python, script: 'pylibmc_client.py', probe: ['-c', 'import pylibmc'], placesKeys: true },
  {
    name: 'pymemcache',
    command: python,
    script: 'pymemcache_client.py',
    probe: ['-c', 'import pymemcache'],
    placesKeys: false,
  },
];

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
export function runClient(client: ForeignClient, args: readonly string[]): unknown {
  const script = fileURLToPath(new URL(`../clients/${client.script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(client.command, [script, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${client.name} failed (${status}): ${stderr}`);
  return JSON.parse(stdout);
}
