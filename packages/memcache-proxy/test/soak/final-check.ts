import { expect } from 'vitest';

import { HttpClient } from './http-client.ts';
import { seededRandom } from './seeded-random.ts';
import type { SoakRig } from './soak-rig.ts';
import { TextClient } from './text-client.ts';
import type { TextReply } from './text-reply.ts';
import { tell } from './told-value.ts';

const clientOptions = { random: seededRandom(1), settleMs: 20_000 };

/** Keys whose writes are answered when they are done. */
function isPlain(key: string): boolean {
  return !['async:', 'first:', 'fixed:', 'short:'].some((prefix) => key.startsWith(prefix));
}

/** Every key can be written through one face, read through the other, and deleted, without an error. */
export async function expectEverythingWorks(rig: SoakRig, keys: readonly string[]): Promise<void> {
  const text = await TextClient.open({ ...clientOptions, textPort: rig.textPort });
  const http = new HttpClient({ ...clientOptions, httpPort: rig.httpPort });
  const ask = async (request: string): Promise<TextReply> => {
    await text.send([Buffer.from(request)]);
    return text.reply();
  };
  try {
    for (const key of keys.filter(isPlain)) {
      const path = `/v1/cache/${encodeURIComponent(key)}`;
      const value = tell({ key, version: 0 }, 40).toString();
      const round = async (): Promise<unknown[]> => {
        const set = await ask(`set ${key} 0 0 ${value.length}\r\n${value}\r\n`);
        const read = await http.send({ method: 'GET', path });
        const meta = await ask(`mg ${key} v\r\n`);
        const deleted = await http.send({ method: 'DELETE', path });
        const { items } = await ask(`get ${key}\r\n`);
        return [set.line, read.status, read.body.toString(), meta.value?.toString(), deleted.status, items];
      };
      // The next probe finds a node that has just come back; until then another stands in for it.
      await expect.poll(round, { timeout: 20_000 }).toEqual(['STORED', 200, value, value, 204, []]);
    }
  } finally {
    await text.close();
    http.close();
  }
}

/** Nobody is connected, no turn is held, and nothing is under way. */
export async function expectNothingUnderWay(rig: SoakRig): Promise<void> {
  const httpConnections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      rig.http.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  const left = async (): Promise<object> => ({
    memcached: rig.memcached.connections,
    http: await httpConnections(),
    turns: rig.turns(),
  });
  await expect.poll(left, { timeout: 20_000 }).toEqual({ memcached: 0, http: 0, turns: 0 });
  await rig.idle();
}
