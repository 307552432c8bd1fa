import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** How one of the two apps is started. */
export interface AppStart {
  /** The topology file. */
  readonly config: string;
  readonly region: string;
  readonly port: number;
  /** Whether it may run on every core. @default false */
  readonly isFree?: boolean;
}

/** Starts `lockstep-shipper` or `lockstep-receiver`, and resolves when it listens. */
export function startApp(role: 'shipper' | 'receiver', { config, region, ...rest }: AppStart): Promise<ServerProcess> {
  const main = fileURLToPath(new URL(`../../../../apps/${role}/dist/main.js`, import.meta.url));
  const args = [main, '--config', config, '--region', region];
  return startServerProcess({ program: process.execPath, args, environment: { LOG_LEVEL: 'silent' }, ...rest });
}

/** Where the apps of a topology listen, and how they talk. */
export interface TopologyPlan {
  readonly shipperPort: number;
  readonly receiverPort: number;
  readonly receiverUrl: string;
  /** @default the shipper's own */
  readonly compression?: 'identity' | 'brotli';
  /** When the receiver deletes once more what it has deleted; 0 never. @default the receiver's own */
  readonly secondDeleteMs?: number;
}

/** Writes the topology of two regions, east and west, of which east is written to. */
export async function writeTopology(file: string, params: Params, plan: TopologyPlan): Promise<void> {
  const { shipperPort, receiverPort, receiverUrl, compression, secondDeleteMs } = plan;
  const nodes = requireParam(params, 'nodes')
    .split(',')
    .map((address, at) => `{ name: west-${at}, address: "${address}" }`);
  const coding = compression === undefined ? '' : `, compression: ${compression}`;
  const again = secondDeleteMs === undefined ? '' : `, secondDeleteMs: ${secondDeleteMs}`;
  await writeFile(
    file,
    `version: 1
regions:
  east:
    redis: ${requireParam(params, 'eastRedis')}
    pool: { nodes: [{ name: east-1, address: "127.0.0.1:1" }] }
    proxy: { http: "127.0.0.1:2", memcached: "127.0.0.1:3" }
    shipper: { http: "127.0.0.1:${shipperPort}"${coding} }
    receiver: { http: "127.0.0.1:4" }
  west:
    redis: ${requireParam(params, 'westRedis')}
    pool: { nodes: [${nodes.join(', ')}] }
    proxy: { http: "127.0.0.1:5", memcached: "127.0.0.1:6" }
    shipper: { http: "127.0.0.1:7" }
    receiver: { http: "127.0.0.1:${receiverPort}", url: "${receiverUrl}"${again} }
`,
  );
}
