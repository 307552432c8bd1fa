import { blaming } from '../config/config-error.ts';
import { readRing } from '../config/read-ring.ts';
import { nodeAddress } from '../labels/address.ts';
import type { Ring } from '../ring/ring.ts';
import { type ArgumentSpec, type Arguments, parseArguments, renderHelp } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { describeOptions, printableKey } from './describe-ring.ts';
import { placeByAlgorithm, placeByPreset, readNodeList } from './ring-argument.ts';
import { renderTable } from './table.ts';

const SPEC: ArgumentSpec = {
  command: 'where',
  usage: ['where KEY… --ring FILE', 'where KEY… --nodes a:11211,b:11211 --preset php-memcached'],
  about: [
    'Says which node owns each key, which nodes its client tries one after another when that one is dead, and on which',
    'nodes copies of it would lie.',
  ].join('\n'),
  options: {
    ring: {
      value: 'FILE',
      help: 'a ring of our own, a nutcracker.yml (FILE#POOL of several), an mcrouter configuration or the JSON of a ring',
    },
    nodes: {
      value: 'LIST',
      help: 'nodes as host, host:port, host:port:weight, [::1]:port, /path or unix:///path, with commas between',
    },
    preset: {
      value: 'NAME',
      help: 'how a client places them, with options as in php-memcached:libketamaCompatible=true',
    },
    algorithm: { value: 'NAME', help: 'the same by the name of an algorithm, as in ketama:hash=md5 (default ketama)' },
    depth: { value: 'N', help: 'how many nodes of the failover order and of the replicas to print (default 5)' },
  },
};

/** `hashring where`: the nodes of keys. */
export const where: Command = {
  name: 'where',
  summary: 'the node of a key and the failover order',
  run(args, print) {
    const given = parseArguments(SPEC, args);
    if (given.flags.has('help')) {
      print(renderHelp(SPEC));
      return 0;
    }
    if (given.positionals.length === 0)
      throw new UsageError('where needs a key, as in: hashring where user:42 --ring ring.yaml');
    const depth = Number(given.values['depth'] ?? 5);
    if (!Number.isInteger(depth) || depth < 1) throw new UsageError('--depth must be a positive integer');
    const ring = ringOf(given);
    const places = given.positionals.map((key) => blaming(printableKey(key), () => placeOf(ring, key, depth)));
    if (given.flags.has('json')) {
      print(`${JSON.stringify({ ring: ring.options, keys: places }, undefined, 2)}\n`);
      return 0;
    }
    const rows = places.map(({ key, node, failover, replicas }) => {
      return [printableKey(key), node, failover.join(' → '), replicas.join(', ')];
    });
    print(`${describeOptions(ring)}, ${ring.nodes.length} nodes\n\n`);
    const first = depth < ring.nodes.length ? ` (first ${depth})` : '';
    print(renderTable([['key', 'node', `failover order${first}`, `replicas${first}`], ...rows]));
    return 0;
  },
};

function placeOf(ring: Ring, key: string, depth: number) {
  const name = (index: number): string => nodeAddress(ring.nodes[index]!);
  const failover: string[] = [];
  // Each further step may build a ring.
  for (const index of ring.sequence(key)) if (failover.push(name(index)) === depth) break;
  const index = ring.pick(key);
  return { key, index, node: name(index), failover, replicas: ring.replicas(key, depth).map(name) };
}

function ringOf({ values }: Arguments): Ring {
  const { ring, nodes, preset, algorithm } = values;
  if (ring !== undefined) {
    if (nodes !== undefined || preset !== undefined || algorithm !== undefined) {
      throw new UsageError(
        '--ring has its nodes and its algorithm in the file: leave out --nodes, --preset and --algorithm',
      );
    }
    return readRing(ring);
  }
  if (nodes === undefined)
    throw new UsageError('where needs --ring FILE, or --nodes LIST with --preset NAME or --algorithm NAME');
  if (preset !== undefined && algorithm !== undefined)
    throw new UsageError('--preset and --algorithm exclude each other');
  const place = preset === undefined ? placeByAlgorithm(algorithm ?? 'ketama') : placeByPreset(preset);
  return place(readNodeList(nodes));
}
