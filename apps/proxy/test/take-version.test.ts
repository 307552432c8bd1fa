import type { BackendPools } from '@lockstep/memcache-proxy';
import { parseTopology } from '@lockstep/service-kit';
import { describe, expect, it } from 'vitest';

import { type ReplaceableParts, takeVersion, toVersionRules, type VersionRules } from '../src/take-version.ts';

function versionWith(ban: string): VersionRules {
  const topology = parseTopology(
    `version: 1
regions:
  east:
    redis: redis://h:1
    pool: { nodes: [{ name: a, address: h:1 }] }
    proxy: { http: h:2, memcached: h:3, bans: [${ban}], templates: [{ url: "/a", key: "${ban}" }] }
    shipper: { http: h:4 }
    receiver: { http: h:5 }
`,
    't.yaml',
  );
  return toVersionRules(topology, topology.regions.get('east')!);
}

const before = versionWith('192.0.2.1');
const next = versionWith('192.0.2.2');
const pools = {} as BackendPools;

type PartName = 'lists' | 'tokens' | 'limits' | 'templates' | 'policy' | 'backend';

/** Parts that remember what they were given; the one that is named refuses what is not from before. */
function createParts(refusing?: PartName) {
  const held = new Map<PartName, unknown>();
  const known: ReadonlySet<unknown> = new Set([...Object.values(before.guards), before.templates, before.policy]);
  const take = (name: PartName, value: unknown): void => {
    if (name === refusing && !known.has(value)) throw new RangeError(`no ${name}`);
    held.set(name, value);
  };
  const parts: ReplaceableParts = {
    guards: {
      lists: { replace: (rules) => take('lists', rules) },
      tokens: { replace: (rules) => take('tokens', rules) },
      limits: { replace: (rules) => take('limits', rules) },
    },
    templates: { replace: (rules) => take('templates', rules) },
    policy: { replace: (rules) => take('policy', rules) },
    backend: { reload: async (given) => take('backend', given) },
  };
  return { parts, held };
}

describe('takeVersion', () => {
  it('hands every part what the next version says', async () => {
    const { parts, held } = createParts();
    await takeVersion(parts, before, next, pools);
    expect(Object.fromEntries(held)).toEqual({
      ...next.guards,
      templates: next.templates,
      policy: next.policy,
      backend: pools,
    });
  });

  it.each(['lists', 'tokens', 'limits', 'templates', 'policy', 'backend'] as const)(
    'leaves everything as it was when the part %s refuses the version',
    async (refusing) => {
      const { parts, held } = createParts(refusing);
      await expect(takeVersion(parts, before, next, pools)).rejects.toThrow(`no ${refusing}`);
      // The backend must not be on pools that are closed now.
      expect(held.has('backend')).toBe(false);
      const rules: ReadonlyMap<PartName, unknown> = new Map<PartName, unknown>([
        ['lists', before.guards.lists],
        ['tokens', before.guards.tokens],
        ['limits', before.guards.limits],
        ['templates', before.templates],
        ['policy', before.policy],
      ]);
      for (const [name, value] of held) expect([name, value]).toEqual([name, rules.get(name)]);
    },
  );
});
