import { expect } from 'vitest';

import { listed } from '../spool/spool-lab.ts';
import { codeOfLine } from './worker.ts';
import { History } from './history.ts';
import { HttpClient } from './http-client.ts';
import { seededRandom } from './seeded-random.ts';
import { type SoakProxy, type SoakProxyOptions, startSoakProxy } from './soak-proxy.ts';
import type { SoakRig } from './soak-rig.ts';
import { TextClient } from './text-client.ts';
import { flagsOf, tell } from './told-value.ts';

const KEYS_OF_EACH = 40;
const clientOptions = { random: seededRandom(1), settleMs: 20_000 };

/** Nothing is left in Redis or on disk, and nothing is on its way there. */
export async function expectDrained(proxy: SoakProxy): Promise<void> {
  const { spool } = proxy;
  if (spool === undefined) return;
  await proxy.idle();
  await expect.poll(() => listed(spool), { timeout: 30_000 }).toEqual([]);
}

/** Reads every key through both faces; what the history has to say of what is found is one of its lies. */
export async function readEverything(proxy: SoakProxy, history: History, keys: readonly string[]): Promise<void> {
  const text = await TextClient.open({ ...clientOptions, textPort: proxy.textPort });
  const http = new HttpClient({ ...clientOptions, httpPort: proxy.httpPort });
  try {
    for (const key of keys) {
      await text.send([Buffer.from(`get ${key}\r\n`)]);
      history.check(key, history.newest(key), (await text.reply()).items[0]);
      const { status, body, headers } = await http.send({
        method: 'GET',
        path: `/v1/cache/${encodeURIComponent(key)}`,
      });
      const found = { value: body, flags: Number(headers['x-cache-flags']) };
      history.check(key, history.newest(key), status === 200 ? found : undefined);
    }
  } finally {
    await text.close();
    http.close();
  }
}

/** What came of the deletes that a proxy left behind. */
export interface Succession {
  readonly lies: readonly string[];
  /** Deletes that were answered as done while a node of each pool was frozen. */
  readonly deleted: number;
}

/**
 * Stores values, deletes them while a node of each pool is frozen, and ends the proxy, whose pools alone know which keys
 * they owe. Then the nodes come back, and another proxy drains the spool and is asked for the keys.
 */
export async function succeed(
  rig: SoakRig,
  options: SoakProxyOptions,
  prefixes: readonly string[],
): Promise<Succession> {
  // The successor is not to be asked what the hook heard of its predecessor.
  const history = new History(options.hook);
  const keys = prefixes.flatMap((prefix) =>
    Array.from({ length: KEYS_OF_EACH }, (_, index) => `${prefix}left-${index}`),
  );
  const frozen = [rig.nodes[0]!, rig.nodes[3]!];
  await write(rig, history, keys, true);
  await Promise.all(frozen.map((node) => node.freeze()));
  const before = history.confirmed;
  await write(rig, history, keys, false);
  const deleted = history.confirmed - before;
  await rig.close();
  await Promise.all(frozen.map((node) => node.thaw()));
  const successor = await startSoakProxy(rig.nodes, options);
  try {
    await expectDrained(successor);
    await readEverything(successor, history, keys);
  } finally {
    await successor.close();
  }
  return { lies: history.lies, deleted };
}

/** Sets or deletes each key, one after the other, by the text protocol. */
async function write(rig: SoakRig, history: History, keys: readonly string[], isSet: boolean): Promise<void> {
  const text = await TextClient.open({ ...clientOptions, textPort: rig.textPort });
  try {
    for (const key of keys) {
      const version = history.begin(key);
      const value = tell({ key, version }, 60);
      const set = `set ${key} ${flagsOf(version)} 0 ${value.length}\r\n${value.toString()}\r\n`;
      await text.send([Buffer.from(isSet ? set : `delete ${key}\r\n`)]);
      const { line } = await text.reply();
      const isDone = ['STORED', 'DELETED', 'NOT_FOUND'].includes(line);
      history.end(key, version, isDone ? 'done' : (codeOfLine(line) ?? 'lost'), isSet);
    }
  } finally {
    await text.close();
  }
}
