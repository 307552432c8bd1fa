import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Redis } from 'ioredis';

import type { AppPlan, Design, FailPoint, RegionPlace, RoleName } from './design.ts';
import { askRedis, sumUpHeld } from './held.ts';
import { askHttp } from './http-reply.ts';

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
/** Between what is known of the versions of rows and what becomes of them. */
const rowPoints: readonly FailPoint[] = [
  { role: 'shipper', command: 'note-versions', when: 'after' },
  { role: 'receiver', command: 'confirm-versions', when: 'before' },
];
const ingestToken = 'a token for replication faults';
const ingestMs = 6000;
/** Far above what seeds leave behind a wire that is cut; see partition.ts. */
export const maxStreamBytes = 4 * 1024 * 1024;
/** The clocks of the servers are one, and a write is in its journal within 5 s. */
const maxSkewMs = 6000;
/** Versions are above 2^53, where numbers are not exact any more. */
const firstVersion = 2n ** 62n;

/** Lockstep, with signed links: two shippers in the east and two receivers in the west, one of each elsewhere. */
export const lockstepDesign: Design = {
  name: 'Lockstep',
  nodes: 3,
  count(role, region) {
    return (role === 'shipper' && region === 'east') || (role === 'receiver' && region === 'west') ? 2 : 1;
  },
  environment: {
    LOCKSTEP_LINK_KEYS: 'a key for replication faults',
    LOCKSTEP_SECRET_JOURNAL: ingestToken,
    LOG_LEVEL: 'warn',
  },
  hasSharedKeys: true,
  isLossless: true,
  failPoints: [...failPoints, ...rowPoints],
  command({ role, index, region, regions, directory }) {
    const config = join(directory, `topology-${index}.yaml`);
    writeFileSync(config, topologyOf(regions, index));
    return [mainOf(role), '--config', config, '--region', region.name];
  },
  reshardCommand({ region, directory }, shards) {
    const config = join(directory, 'topology-0.yaml');
    return [mainOf('shipper'), 'reshard', '--config', config, '--region', region.name, '--shards', String(shards)];
  },
  async ingest({ ports }, { key, number, body }) {
    const version = String(firstVersion + BigInt(number));
    const operation =
      body === undefined
        ? { method: 'delete', key, version }
        : { method: 'set', key, value: body.toString('base64'), version };
    const { status } = await askHttp({
      // Each shipper has a journal of its own.
      port: ports.shipper[number % ports.shipper.length]!,
      method: 'POST',
      path: '/v1/journal/operations',
      headers: { authorization: `Bearer ${ingestToken}` },
      body: Buffer.from(JSON.stringify({ operations: [operation] })),
      timeoutMs: ingestMs,
    });
    return status === 200;
  },
  held: ({ name, redisUrl }) =>
    askRedis(redisUrl, async (redis) => {
      const streams = await redis.keys(`{lockstep:journal:${name}:*}:stream`);
      const sizes = await Promise.all(streams.map((stream) => openBlocks(redis, stream)));
      return sumUpHeld(sizes.flat(), streams.length);
    }),
  async queued({ ports }) {
    const answer = await fetch(`http://127.0.0.1:${ports.shipper[0]}/v1/links`, { signal: AbortSignal.timeout(2000) });
    const links = (await answer.json()) as LinkView[];
    return links.reduce((sum, link) => sum + link.queuedOperations + link.dirtyKeys, 0);
  },
};

/** Bytes of the blocks of a shard that have not been confirmed everywhere, each with what the journal reckons for it. */
async function openBlocks(redis: Redis, stream: string): Promise<number[]> {
  const confirmed = (await redis.hget(stream.replace(/stream$/, 'meta'), 'confirmed')) ?? '0-0';
  const entries = await redis.xrangeBuffer(stream, `(${confirmed}`, '+');
  return entries.map(([, fields]) => (fields[1]?.length ?? 0) + 64);
}

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
    journal: { maxStreamBytes: ${maxStreamBytes} }
    versions: { maxSkewMs: ${maxSkewMs} }
    pool: { hash: pecl-memcache-standard, nodes: [${nodes.join(', ')}] }
    proxy: { http: "127.0.0.1:${port(ports.proxy)}", memcached: "127.0.0.1:${port(ports.text)}" }
    shipper: { http: "127.0.0.1:${port(ports.shipper)}", ingest: { secret: JOURNAL } }
    receiver: { http: "127.0.0.1:${port(ports.receiver)}", url: "${receiverUrl}" }
`;
  });
  const classes = ['own', 'both'].map((name) => `  - { prefix: "${name}:", policy: replicate }\n`);
  classes.push('  - { prefix: "row:", policy: replicate-versioned }\n');
  return `version: 1\nregions:\n${parts.join('')}classes:\n${classes.join('')}`;
}
