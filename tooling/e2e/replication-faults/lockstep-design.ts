import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { AppPlan, Design, FailPoint, RegionPlace, RoleName } from './design.ts';

const repository = new URL('../../../', import.meta.url);

/** What one link says of itself on `/v1/links`. */
interface LinkView {
  readonly queuedOperations: number;
  readonly dirtyKeys: number;
}

const failPoints: readonly FailPoint[] = (['before', 'after'] as const).flatMap((when) => [
  { role: 'proxy', command: 'append-block', when },
  { role: 'receiver', command: 'begin-batch', when },
  { role: 'receiver', command: 'commit-batch', when },
  { role: 'shipper', command: 'xread', when },
  { role: 'shipper', command: 'trim-journal', when },
]);

/** Lockstep, with signed links: two shippers in the east and two receivers in the west, one of each elsewhere. */
export const lockstepDesign: Design = {
  name: 'Lockstep',
  nodes: 3,
  count(role, region) {
    return (role === 'shipper' && region === 'east') || (role === 'receiver' && region === 'west') ? 2 : 1;
  },
  environment: {
    LOCKSTEP_LINK_KEYS: 'a key for replication faults',
    LOG_LEVEL: 'warn',
  },
  hasSharedKeys: true,
  isLossless: true,
  failPoints,
  command({ role, index, region, regions, directory }) {
    const config = join(directory, `topology-${index}.yaml`);
    writeFileSync(config, topologyOf(regions, index));
    return [mainOf(role), '--config', config, '--region', region.name];
  },
  reshardCommand({ region, directory }, shards) {
    const config = join(directory, 'topology-0.yaml');
    return [mainOf('shipper'), 'reshard', '--config', config, '--region', region.name, '--shards', String(shards)];
  },
  async queued({ ports }) {
    const answer = await fetch(`http://127.0.0.1:${ports.shipper[0]}/v1/links`, { signal: AbortSignal.timeout(2000) });
    const links = (await answer.json()) as LinkView[];
    return links.reduce((sum, link) => sum + link.queuedOperations + link.dirtyKeys, 0);
  },
};

function mainOf(role: RoleName): string {
  return fileURLToPath(new URL(`apps/${role}/dist/main.js`, repository));
}

/** The second process of a role reads another file: an address can be listened on once. */
function topologyOf(regions: readonly RegionPlace[], index: AppPlan['index']): string {
  const port = (ports: readonly number[]): number => ports[Math.min(index, ports.length - 1)]!;
  const parts = regions.map(({ name, redisUrl, memcacheds, receiverUrl, ports }) => {
    const nodes = memcacheds.map((address, node) => `{ name: ${name}-${node + 1}, address: "${address}" }`);
    return `  ${name}:
    redis: ${redisUrl}
    pool: { hash: pecl-memcache-standard, nodes: [${nodes.join(', ')}] }
    proxy: { http: "127.0.0.1:${port(ports.proxy)}", memcached: "127.0.0.1:${port(ports.text)}" }
    shipper: { http: "127.0.0.1:${port(ports.shipper)}" }
    receiver: { http: "127.0.0.1:${port(ports.receiver)}", url: "${receiverUrl}" }
`;
  });
  const classes = ['own', 'both'].map((name) => `  - { prefix: "${name}:", policy: replicate }\n`);
  return `version: 1\nregions:\n${parts.join('')}classes:\n${classes.join('')}`;
}
