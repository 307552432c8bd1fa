import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** A client that nobody here wrote, as a script of `scripts/` that makes all of its calls and prints what they answered. */
export interface ForeignClient {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Exits 0 where the client is installed. */
  readonly probe: readonly string[];
  /** Steps that it prints at least: a script that prints nothing is answered alike by everything. */
  readonly minSteps: number;
  /** Why the steps with these names answer otherwise through the proxy. */
  readonly differences?: Readonly<Record<string, string>>;
}

const ofItems = '`stats` has the numbers of the proxy, which holds no items';
const ofKeys = 'the keys are on the nodes, and no command of theirs that lists keys is passed on';

const python = '/usr/bin/python3';
const scriptPath = (name: string): string => fileURLToPath(new URL(`scripts/${name}`, import.meta.url));

/** Every client, with what it is answered otherwise and why. */
export const foreignClients: readonly ForeignClient[] = [
  {
    name: 'php-memcached',
    minSteps: 102,
    command: 'php',
    args: [scriptPath('php-memcached.php')],
    probe: ['-r', 'exit(class_exists("Memcached") ? 0 : 1);'],
    differences: {
      'getStats has curr_items': ofItems,
      'getStats has total_items': ofItems,
      'getStats has bytes': ofItems,
      'getStats has evictions': ofItems,
      getAllKeys: ofKeys,
    },
  },
  {
    name: 'php-memcache',
    minSteps: 61,
    command: 'php',
    args: [scriptPath('php-memcache.php')],
    probe: ['-r', 'exit(class_exists("Memcache") ? 0 : 1);'],
    differences: {
      'getStats has curr_items': ofItems,
      'getStats has total_items': ofItems,
      'getStats has bytes': ofItems,
    },
  },
  {
    name: 'pylibmc',
    minSteps: 67,
    command: python,
    args: [scriptPath('python_clients.py'), 'pylibmc'],
    probe: ['-c', 'import pylibmc'],
  },
  {
    name: 'pymemcache',
    minSteps: 77,
    command: python,
    args: [scriptPath('python_clients.py'), 'pymemcache'],
    probe: ['-c', 'import pymemcache'],
    differences: {
      cache_memlimit:
        'how much memory a node takes is for its owner to say: `ERROR`, as for every command that is not known',
      'stats has curr_items': ofItems,
      'stats has bytes': ofItems,
    },
  },
  {
    name: 'Cache::Memcached::Fast',
    minSteps: 64,
    command: 'perl',
    args: [scriptPath('perl-fast.pl')],
    probe: ['-MCache::Memcached::Fast', '-e', '1'],
  },
  {
    name: 'memcached (npm)',
    minSteps: 51,
    command: process.execPath,
    args: [scriptPath('npm-memcached.mjs')],
    probe: ['--version'],
    differences: {
      'stats has curr_items': ofItems,
      'stats has bytes': ofItems,
      slabs: ofItems,
    },
  },
  {
    name: 'memcache-client (npm)',
    minSteps: 47,
    command: process.execPath,
    args: [scriptPath('npm-memcache-client.mjs')],
    probe: ['--version'],
    differences: {
      stats: ofItems,
    },
  },
  {
    name: "libmemcached's tools",
    minSteps: 48,
    command: 'sh',
    args: [scriptPath('libmemcached-tools.sh')],
    probe: ['-c', 'command -v memccat && command -v memccapable'],
    differences: {
      memcstat: ofItems,
      memcdump: ofKeys,
    },
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

/** Runs the client's script against a server; what it printed, by the name of the step. */
export async function runClient({ name, command, args }: ForeignClient, port: number): Promise<Map<string, string>> {
  const child = spawn(command, [...args, '127.0.0.1', String(port)], { timeout: 60_000 });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (status !== 0) throw new Error(`${name} failed (${String(status)}): ${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
}
