import { expect, it } from 'vitest';

import { createMemcacheServer } from '../src/index.ts';
import { countDirect, type ShortWays } from './soak/count-direct.ts';
import { History } from './soak/history.ts';
import { HookLog } from './soak/hook-log.ts';
import { replaceCalls } from './soak/planted-faults.ts';
import { seededRandom } from './soak/seeded-random.ts';
import { TextClient } from './soak/text-client.ts';
import { flagsOf, tell } from './soak/told-value.ts';
import { codeOfLine } from './soak/worker.ts';
import { type StartedProxy, startProxy } from './start-proxy.ts';

const random = seededRandom(7);
const parts = { random, settleMs: 20_000 };

/** What the clients share. */
interface Run {
  readonly history: History;
  /** The node of a key that answers nothing; undefined for one that may. */
  readonly awayNode: (key: string) => number | undefined;
  isOver: boolean;
}

/**
 * Sets one half of its keys and reads the other, all in one write, again and again: what waits for a request on the
 * same key does not go the direct way.
 */
async function work(run: Run, textPort: number, keys: readonly string[]): Promise<void> {
  const { history, awayNode } = run;
  const client = await TextClient.open({ ...parts, textPort });
  for (let turn = 0; !run.isOver; turn++) {
    const asked = keys.map((key, index) => {
      const away = awayNode(key);
      if ((index + turn) % 2 === 0) return { key, away, version: 0, bytes: Buffer.from(`get ${key}\r\n`) };
      const version = history.begin(key);
      const value = tell({ key, version }, random.pick([40, 300, 1500]));
      const head = `set ${key} ${flagsOf(version)} 0 ${value.length}\r\n`;
      return { key, away, version, bytes: Buffer.concat([Buffer.from(head), value, Buffer.from('\r\n')]) };
    });
    await client.send(asked.map(({ bytes }) => bytes));
    for (const { key, away, version } of asked) {
      const { line, items } = await client.reply();
      // It was away all the time.
      const isAway = away !== undefined && awayNode(key) === away;
      if (isAway && (line === 'STORED' || items.length > 0)) history.lie(`${key}: ${line} of a node that is away`);
      if (version > 0) {
        const answer = line === 'STORED' ? 'done' : codeOfLine(line);
        if (answer === undefined) history.lie(`${key} was stored with ${line}`);
        history.end(key, version, answer ?? 'lost', true);
      } else {
        if (line !== 'END' || items.some((item) => item.key !== key)) history.lie(`${key} was read with ${line}`);
        history.check(key, history.newest(key), items[0], history.latest(key));
      }
    }
  }
  await client.close();
}

/** Resolves when so many more writes were confirmed and so many more have failed. */
async function lived({ history }: Run, confirmed: number, failed: number): Promise<void> {
  const failures = (): number => [...history.codes.values()].reduce((sum, count) => sum + count, 0);
  const least = [history.confirmed + confirmed, failures() + failed] as const;
  await expect
    .poll(() => history.confirmed >= least[0] && failures() >= least[1], { timeout: 30_000, interval: 5 })
    .toBe(true);
}

async function torment({ nodes }: StartedProxy, run: Run, setAway: (node: number | undefined) => void): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    await lived(run, 100, 0);
    await node.freeze();
    setAway(index);
    await lived(run, 50, 20);
    setAway(undefined);
    await node.thaw();
    await lived(run, 100, 0);
    await node.kill();
    setAway(index);
    await lived(run, 50, 20);
    setAway(undefined);
    await node.restart({ keepData: false });
    await lived(run, 100, 0);
    // While requests are on their way to it.
    await node.freeze();
    await lived(run, 0, 1);
    await node.kill();
    await node.restart({ keepData: false });
  }
}

it(
  'answers direct reads and stores rightly or with an error while nodes die and freeze',
  { timeout: 180_000 },
  async () => {
    await using proxy = await startProxy({ timeoutMs: 300, hasHook: false });
    const { backend, ring, nodes } = proxy;
    const ways: ShortWays = { directReads: 0, directStores: 0, laneAnswers: 0 };
    const counted = replaceCalls(backend, () => ({ direct: countDirect(backend.direct, ways) }));
    await using server = createMemcacheServer({ backend: counted });
    const address = await server.listen({ port: 0 });
    let away: number | undefined;
    const nodeOf = (key: string): number => nodes.findIndex(({ port }) => port === ring.get(key).port);
    const run: Run = {
      history: new History(new HookLog(random, false)),
      awayNode: (key) => (nodeOf(key) === away ? away : undefined),
      isOver: false,
    };
    const port = 'port' in address ? address.port : 0;
    const clients = Array.from({ length: 4 }, (_, client) =>
      work(
        run,
        port,
        Array.from({ length: 12 }, (_key, index) => `c${client}:${index}`),
      ),
    );
    await torment(proxy, run, (node) => (away = node));
    // All of it serves again.
    await expect
      .poll(
        async () => {
          const { confirmed, codes } = run.history;
          codes.clear();
          await lived(run, 200, 0);
          return [run.history.confirmed > confirmed, codes.size];
        },
        { timeout: 30_000 },
      )
      .toEqual([true, 0]);
    run.isOver = true;
    await Promise.all(clients);
    expect(run.history.lies).toEqual([]);
    expect(Math.min(ways.directReads, ways.directStores, run.history.hits)).toBeGreaterThan(500);
  },
);
