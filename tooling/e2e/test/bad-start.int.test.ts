import { startMemcached, startRedis } from '@lockstep/testing';
import { beforeEach, describe, expect, it } from 'vitest';

import { freePorts } from './free-ports.ts';
import { type RegionPorts, startRole, topologyOf } from './role.ts';

let ports: RegionPorts;
beforeEach(async () => {
  const [redis = 0, memcached = 0, http = 0, text = 0, shipper = 0, receiver = 0] = await freePorts(6);
  ports = { redis, memcached, http, text, shipper, receiver };
});

async function readiness(port: number): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { status: response.status, text: await response.text() };
}

describe('a role that starts before its servers', () => {
  it.each(['proxy', 'shipper', 'receiver'] as const)(
    '%s says that Redis is down, and is ready once it is there',
    async (role) => {
      await using memcached = await startMemcached({ port: ports.memcached });
      await using app = startRole(role, topologyOf(ports));
      const port = role === 'proxy' ? ports.http : ports[role];
      const down = { status: 503, text: expect.stringContaining(`redis at 127.0.0.1:${ports.redis} is not reachable`) };
      await expect.poll(() => readiness(port).catch(() => undefined), { timeout: 15_000 }).toEqual(down);
      expect(app.output()).toContain(`"address":"127.0.0.1:${ports.redis}"`);
      expect(app.output()).toContain('"msg":"redis is not reachable"');
      expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);

      await using redis = await startRedis({ port: ports.redis });
      await expect.poll(async () => (await readiness(port)).status, { timeout: 15_000 }).toBe(200);
      expect([memcached.isRunning, redis.isRunning]).toEqual([true, true]);
    },
  );

  it.each(['proxy', 'receiver'] as const)(
    '%s says which memcached is down, and is ready once it is there',
    async (role) => {
      await using redis = await startRedis({ port: ports.redis });
      await using app = startRole(role, topologyOf(ports));
      const port = role === 'proxy' ? ports.http : ports.receiver;
      const down = {
        status: 503,
        text: expect.stringContaining(`memcached east-1 at 127.0.0.1:${ports.memcached} is not reachable`),
      };
      await expect.poll(() => readiness(port).catch(() => undefined), { timeout: 15_000 }).toEqual(down);

      await using memcached = await startMemcached({ port: ports.memcached });
      await expect.poll(async () => (await readiness(port)).status, { timeout: 15_000 }).toBe(200);
      expect([memcached.isRunning, redis.isRunning, app.child.exitCode]).toEqual([true, true, null]);
    },
  );
});

describe('a role with a mistake in its topology', () => {
  it.each([
    [
      'an unknown key',
      (text: string) => text.replace('redis: redis://127.0.0.1:1', 'redsi: redis://127.0.0.1:1'),
      /topology\.yaml:10:5: .*redsi/,
    ],
    [
      'two nodes with one name',
      (text: string) =>
        text.replace(
          'name: west-1, address: "127.0.0.1:2" }',
          'name: west-1, address: "127.0.0.1:2" }, { name: west-1, address: "127.0.0.1:7" }',
        ),
      /topology\.yaml:11:\d+: .*west-1/,
    ],
    [
      'a class prefix twice',
      (text: string) => `${text}  - { prefix: "user:", policy: none }\n`,
      /topology\.yaml:17:\d+: .*user:/,
    ],
    [
      'a port out of range',
      (text: string) => text.replace('"127.0.0.1:2"', '"127.0.0.1:70000"'),
      /topology\.yaml:11:\d+: .*70000/,
    ],
  ])('says in one line where %s stands, and exits with 1', async (_, spoil, message) => {
    await using app = startRole('proxy', spoil(topologyOf(ports)));
    expect(await app.exited).toBe(1);
    expect(app.output()).toMatch(message);
    expect(app.output()).not.toContain('    at ');
  });
});
