import { blaming } from '../config/config-error.ts';
import { nodeAddress } from '../labels/address.ts';
import type { Ring, RingNode } from '../ring/ring.ts';
import { SAMPLES, sampleKeys } from '../ring/sample-keys.ts';
import { type ArgumentSpec, parseArguments, renderHelp } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { describeNodes, describeOptions } from './describe-ring.ts';
import { percent } from './percent.ts';
import { readNodeList, readRingArgument } from './ring-argument.ts';
import { renderTable } from './table.ts';

const SPEC: ArgumentSpec = {
  command: 'compare',
  usage: [
    'compare php-memcached twemproxy',
    'compare php-memcached:libketamaCompatible=true twemproxy:hash=md5 --nodes a,b,c',
  ],
  about: [
    'Says on what share of the keys two configurations disagree, and shows ten such keys. Each is a preset or an algorithm',
    'with options behind a colon (without them, as its client is by default), or a file as `plan` takes them.',
  ].join('\n'),
  options: {
    nodes: {
      value: 'LIST',
      help: 'the nodes of a preset, with commas between (default: those of the file beside it, or cache-1:11211 to cache-5:11211)',
    },
  },
};

const DEFAULT_NODES: readonly RingNode[] = [1, 2, 3, 4, 5].map((number) => ({ host: `cache-${number}`, port: 11211 }));
/** How many keys are shown. */
const EXAMPLES = 10;

/** `hashring compare`: on which keys two configurations disagree. */
export const compare: Command = {
  name: 'compare',
  summary: 'on what share of the keys two configurations disagree',
  run(args, print) {
    const { values, flags, positionals } = parseArguments(SPEC, args);
    if (flags.has('help')) {
      print(renderHelp(SPEC));
      return 0;
    }
    const [left, right] = positionals;
    if (left === undefined || right === undefined || positionals.length > 2) {
      throw new UsageError('compare needs two configurations, as in: hashring compare php-memcached twemproxy');
    }
    const rings = twoRings(left, right, values['nodes']);
    const { moved, exact, samples } = blaming(`${left} and ${right}`, () => rings[0].diff(rings[1]));
    const examples = moved === 0 ? [] : findExamples(...rings);
    if (flags.has('json')) {
      const sides = [left, right].map((name, i) => ({ name, options: rings[i]!.options, nodes: rings[i]!.nodes }));
      print(`${JSON.stringify({ configurations: sides, disagree: moved, exact, samples, examples }, undefined, 2)}\n`);
      return 0;
    }
    print(`${renderTable([left, right].map((name, i) => [name, describeOptions(rings[i]!)]))}\n`);
    print(`${describeBoth(left, right, ...rings)}\n`);
    print(`${describeAgreement(moved, exact, samples)}\n`);
    if (examples.length > 0) {
      print(`\n${renderTable([['key', left, right], ...examples.map((one) => [one.key, one.left, one.right])])}`);
    } else if (moved > 0) {
      print(`None of the ${SAMPLES.toLocaleString('en')} keys that were tried is one of them.\n`);
    }
    return 0;
  },
};

function twoRings(left: string, right: string, list: string | undefined): readonly [Ring, Ring] {
  const a = readRingArgument(left);
  const b = readRingArgument(right);
  if (list !== undefined && 'ring' in a && 'ring' in b) {
    throw new UsageError('--nodes are the nodes of a preset, and both of these are files that have their own');
  }
  const besides = 'ring' in a ? withoutLabels(a.ring.nodes) : 'ring' in b ? withoutLabels(b.ring.nodes) : DEFAULT_NODES;
  const nodes = list === undefined ? besides : readNodeList(list);
  return ['ring' in a ? a.ring : a.place(nodes), 'ring' in b ? b.ring : b.place(nodes)];
}

/** The servers of a file as another client knows them: the names that twemproxy gives its servers are its own. */
function withoutLabels(nodes: readonly RingNode[]): RingNode[] {
  return nodes.map(({ label: _own, ...node }) => node);
}

/** Coprime to the number of sampled keys, so that those shown come from all over the sample. */
const STRIDE = 61_803;

/** Sampled keys that the rings put on nodes with different addresses. */
function findExamples(a: Ring, b: Ring): { readonly key: string; readonly left: string; readonly right: string }[] {
  const examples: { key: string; left: string; right: string }[] = [];
  const keys = [...sampleKeys(a, b)];
  for (let i = 0; i < SAMPLES && examples.length < EXAMPLES; i++) {
    const key = keys[(i * STRIDE) % SAMPLES]!;
    const [left, right] = [nodeAddress(a.get(key)), nodeAddress(b.get(key))];
    if (left !== right) examples.push({ key, left, right });
  }
  return examples;
}

function describeBoth(left: string, right: string, a: Ring, b: Ring): string {
  const [nodesOfA, nodesOfB] = [describeNodes(a.nodes), describeNodes(b.nodes)];
  return nodesOfA === nodesOfB
    ? `${nodesOfA}\n`
    : renderTable([
        [left, nodesOfA],
        [right, nodesOfB],
      ]);
}

function describeAgreement(moved: number, exact: boolean, samples: number): string {
  const keys = exact ? 'keys' : `${samples.toLocaleString('en')} sampled keys`;
  if (moved === 0) return exact ? 'They agree on every key.' : `They agree on all of ${keys}.`;
  return `They disagree on ${percent(moved)} of ${exact ? 'the keys (exact)' : keys}.`;
}
