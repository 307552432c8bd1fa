import { beforeEach, describe, expect, it } from 'vitest';

import { freePorts } from './free-ports.ts';
import { type RegionPorts, startRole, topologyOf } from './role.ts';

let ports: RegionPorts;
beforeEach(async () => {
  const [redis = 0, memcached = 0, http = 0, text = 0, shipper = 0, receiver = 0] = await freePorts(6);
  ports = { redis, memcached, http, text, shipper, receiver };
});

const west = 'receiver: { http: "127.0.0.1:6" }';
const north = `  north:
    redis: redis://127.0.0.1:11
    pool: { nodes: [{ name: north-1, address: "127.0.0.1:12" }] }
    proxy: { http: "127.0.0.1:13", memcached: "127.0.0.1:14" }
    shipper: { http: "127.0.0.1:15" }
    receiver: { http: "127.0.0.1:16", url: "http://127.0.0.1:6/" }
`;

/** What is wrong with the links · a topology with it · the one line that says so. */
const cases: readonly [string, () => string, () => string][] = [
  [
    'leads back to the region itself',
    () =>
      topologyOf(ports).replace(west, `receiver: { http: "127.0.0.1:6", url: "http://127.0.0.1:${ports.receiver}" }`),
    () =>
      'topology.yaml:14:43: this url leads to the receiver of east, see line 8, column 23; each region has its own\n',
  ],
  [
    'leads twice to one region and never to another',
    () => topologyOf(ports).replace('classes:', `${north}classes:`),
    () =>
      'topology.yaml:20:44: this url leads to the receiver of west, see line 14, column 23; each region has its own\n',
  ],
  [
    'names a region twice',
    () => topologyOf(ports).replace('  west:', '  east:'),
    () => 'topology.yaml:9:3: this key is in the map twice; keep one of the two\n',
  ],
];

describe.each(['shipper', 'receiver'] as const)('a %s', (role) => {
  it.each(cases)('does not start where a link %s, and says where in one line', async (_what, topology, line) => {
    await using app = startRole(role, topology());
    expect(await app.exited).toBe(1);
    expect(app.output()).toBe(line());
  });
});
