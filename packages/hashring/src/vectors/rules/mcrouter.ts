import { spooky32Buffered } from '../../hashes/spooky32.ts';
import { loadKey } from '../../keys/key-buffer.ts';
import { loadMcrouterKey } from '../../keys/mcrouter-key.ts';
import { furc } from '../../lookups/furc.ts';
import type { AlgorithmName } from '../../algorithms/algorithms.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { RingNode } from '../../ring/ring.ts';
import { knowing } from '../known-options.ts';
import { type ScenarioRule, sameNames } from '../scenario-rule.ts';
import type { Scenario } from '../vector-file.ts';
import { listOption, namedNodes, numberedNodes, numberOption, weighted } from '../scenario-nodes.ts';

/** The largest ring that is built for a scenario; beyond it the lookup is asked alone. */
const MAX_NODES = 100_000;
/** What mcrouter takes where a weight is missing. */
const MISSING = 0.5;

type McrouterAlgorithm = Extract<AlgorithmName, `mcrouter-${string}`>;

/**
 * Scenarios of mcrouter: their nodes are numbers or tags, their keys are routing keys. Those that have servers are in
 * our own words.
 */
export const mcrouterRules: Readonly<Record<string, ScenarioRule>> = {
  'mcrouter-ch3': (scenario) => {
    const { buckets } = scenario.options;
    const small = typeof buckets !== 'number' || buckets <= MAX_NODES;
    return small || scenario.nodes.length > 0 ? routed('mcrouter-ch3')(scenario) : manyBuckets(scenario);
  },
  'mcrouter-crc32': routed('mcrouter-crc32'),
  'mcrouter-const-shard': routed('mcrouter-const-shard'),
  'mcrouter-weighted-ch3': routed('mcrouter-weighted-ch3', 'weights'),
  'mcrouter-weighted-furc': routed('mcrouter-weighted-furc', 'weights'),
  'mcrouter-rendezvous': routed('mcrouter-rendezvous'),
  'mcrouter-weighted-rendezvous': routed('mcrouter-weighted-rendezvous', 'weights'),
  'spookyhash-v2-32': knowing({ reads: ['seed'] }, ({ options }) => {
    const seed = numberOption(options, 'seed');
    return (key) => spooky32Buffered(loadKey(key), seed) >>> 0;
  }),
};

const manyBuckets = knowing({ reads: ['buckets', 'salt'] }, ({ options }) => {
  const buckets = numberOption(options, 'buckets');
  const salt = new TextEncoder().encode(saltOf(options));
  return (key) => furc(loadMcrouterKey(key, 'whole', salt), buckets);
});

function routed(algorithm: McrouterAlgorithm, ...more: readonly string[]): ScenarioRule {
  const named = knowing({ reads: ['buckets', 'tags', 'salt', ...more] }, (scenario) => {
    const salt = saltOf(scenario.options);
    return createRing(nodesOf(scenario), { algorithm, keyPart: 'whole', salt }).pick;
  });
  return (scenario) => (scenario.nodes.length > 0 ? sameNames : named)(scenario);
}

function saltOf({ salt = '' }: Scenario['options']): string {
  if (typeof salt !== 'string') throw new TypeError(`salt must be a string, got ${JSON.stringify(salt)}`);
  return salt;
}

function nodesOf({ options }: Scenario): readonly RingNode[] {
  const { tags, weights, buckets } = options;
  const nodes =
    tags === undefined
      ? numberedNodes(buckets === undefined ? listOption(options, 'weights').length : numberOption(options, 'buckets'))
      : namedNodes(listOption(options, 'tags'));
  return weights === undefined ? nodes : weighted(nodes, listOption(options, 'weights'), MISSING);
}
