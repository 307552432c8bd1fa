import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freeBasePort, type Playground, runPlayground, startPlayground } from './playground.ts';
import { descendantsOf, stillRunning } from './process-tree.ts';

const stopMs = 3000;

describe('the playground, from its start to its end', () => {
  // One for all of these tests, in their order: it is a dozen processes and more.
  let playground: Playground;
  let startedAt: number;
  beforeAll(async () => {
    startedAt = performance.now();
    playground = await startPlayground();
  }, 90_000);
  // By then the last test has stopped it, unless something failed.
  afterAll(() => playground[Symbol.asyncDispose]());

  it('prints lines that work when pasted into a shell', async () => {
    const lines = playground
      .output()
      .split('\n')
      .filter((line) => /^ {2}(curl|printf) /.test(line));
    expect(lines).toHaveLength(6);
    const [put = '', get = '', set = '', read = '', append = '', coupons = ''] = lines;
    shell(put);
    await expect.poll(() => shell(get), { timeout: 10_000 }).toBe('Ada');
    expect(shell(set)).toBe('STORED\r\n');
    await expect.poll(() => shell(read), { timeout: 10_000 }).toBe('VALUE user:2 0 5\r\nGrace\r\nEND\r\n');
    expect(shell(append)).toMatch(/^\$\d+\r\n\d+-0\r\n/);
    await expect
      .poll(() => playground.output(), { timeout: 15_000 })
      .toMatch(/east orders led by .* in term 1, 1 accepted/);
    await expect
      .poll(() => shell(coupons), { timeout: 30_000 })
      .toMatch(/^HTTP\/1.1 200 OK[^]*x-cache: [^]*\r\n\r\n\[\{"id":\d+,/);
  });

  it('serves coupons in both regions, each row once, and shows that their source is asked by one process now and then', async () => {
    for (const { http } of playground.regions) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => couponsOf(http, 'oslo')));
      for (const rows of answers) {
        expect(new Set(rows.map(({ id }) => id)).size).toBe(20);
        expect(new Set(rows.map(({ revision }) => revision)).size).toBe(1);
      }
    }
    for (const region of ['east', 'west']) {
      await expect.poll(() => countsOf(playground.output(), region).requests, { timeout: 20_000 }).toBeGreaterThan(100);
      const { requests, calls, refreshes } = countsOf(playground.output(), region);
      expect(refreshes).toBeGreaterThan(0);
      expect(calls).toBeGreaterThanOrEqual(refreshes);
      // Three cities; none is loaded again before its entry is 2.5 s old.
      expect(calls).toBeLessThanOrEqual(3 * (1 + (performance.now() - startedAt) / 2500));
      expect(calls).toBeLessThan(requests / 2);
    }
  });

  it('reports every link and pool on one line where there is no terminal', async () => {
    await expect
      .poll(() => playground.output(), { timeout: 10_000 })
      .toMatch(
        /east→west lag \d+ ms, 0 queued, \d+ ops\/s · west→east .* · east 3\/3 up, \d+ items, .* hits · west 3\/3 up/,
      );
  });

  it('kills who leads a queue and who refreshes when it is told to, and shows who took over, in which term', async () => {
    playground.child.kill('SIGUSR2');
    const killed = /killed (consumer \d) of east, which led orders in term 1/;
    await expect.poll(() => playground.output(), { timeout: 15_000 }).toMatch(killed);
    const [, first] = killed.exec(playground.output())!;
    const other = first === 'consumer 1' ? 'consumer 2' : 'consumer 1';
    const overtaken = `east orders led by ${other} of east in term 2`;
    await expect.poll(() => playground.output(), { timeout: 20_000 }).toContain(overtaken);
    const refresher = /killed (refresher \d) of east, which refreshed the coupons/.exec(playground.output())?.[1];
    const next = refresher === 'refresher 1' ? 'refresher 2' : 'refresher 1';
    const overtook = new RegExp(`killed ${refresher} of east[^]*0 duplicates, 0 torn, refreshed by ${next} of east`);
    await expect.poll(() => playground.output(), { timeout: 20_000 }).toMatch(overtook);
    expect(playground.output()).not.toMatch(/[1-9]\d* (?:duplicates|torn)/);
  });

  it('stops everything within 3 s of Ctrl-C and leaves nothing behind', async () => {
    const directory = dirname(playground.topologyPath);
    const database = databaseDirectory(playground);
    const processes = descendantsOf(playground.child.pid!);
    // Per region one Redis, three memcached, five apps; three refreshers.
    expect(processes.length).toBeGreaterThanOrEqual(21);
    // Twice, as under `npm start`: from the terminal, and passed on by npm.
    playground.child.kill('SIGINT');
    setTimeout(() => playground.child.kill('SIGINT'), 20);
    const force = setTimeout(() => playground.child.kill('SIGKILL'), stopMs);
    const [code] = (await once(playground.child, 'exit')) as [number | null];
    clearTimeout(force);
    expect(code).toBe(0);
    expect([existsSync(directory), existsSync(database)]).toEqual([false, false]);
    expect(stillRunning(processes)).toEqual([]);
    for (const { http } of playground.regions) await expect(fetch(http)).rejects.toThrow('fetch failed');
  });
});

describe('a playground', () => {
  it('leaves no process and no file behind when it is killed by force', async () => {
    const playground = await startPlayground();
    const processes = descendantsOf(playground.child.pid!);
    const [directory, database] = [dirname(playground.topologyPath), databaseDirectory(playground)];
    playground.child.kill('SIGKILL');
    await once(playground.child, 'exit');
    await expect.poll(() => stillRunning(processes), { timeout: 15_000 }).toEqual([]);
    const left = (): boolean[] => [existsSync(directory), existsSync(database)];
    await expect.poll(left, { timeout: 15_000 }).toEqual([false, false]);
  });

  it('runs three regions, each in step with the two others, and ends with a SIGTERM', async () => {
    await using playground = await startPlayground(['--regions', '3']);
    expect(playground.regions.map(({ name }) => name)).toEqual(['east', 'west', 'north']);
    await fetch(`${playground.regions[2]?.http}/v1/cache/user:3`, { method: 'PUT', body: 'from north' });
    for (const { http } of playground.regions.slice(0, 2)) {
      await expect
        .poll(async () => (await fetch(`${http}/v1/cache/user:3`)).text(), { timeout: 10_000 })
        .toBe('from north');
    }
    const [directory, database] = [dirname(playground.topologyPath), databaseDirectory(playground)];
    const processes = descendantsOf(playground.child.pid!);
    playground.child.kill('SIGTERM');
    await once(playground.child, 'exit');
    expect(stillRunning(processes)).toEqual([]);
    expect([existsSync(directory), existsSync(database)]).toEqual([false, false]);
  });

  it('names a port that is in use', async () => {
    const base = await freeBasePort();
    const server = createServer().listen(base + 5, '127.0.0.1');
    await once(server, 'listening');
    const { code, stderr } = await runPlayground(['--ports', String(base)]);
    server.close();
    expect(stderr).toBe(
      `port ${base + 5} (memcached face of the proxy of east) is in use; choose another block with --ports N\n`,
    );
    expect(code).toBe(2);
  });
});

/** Where the database of the coupons is, according to the topology; the topology itself where it is a file beside it. */
function databaseDirectory({ topologyPath }: Playground): string {
  const text = decodeURIComponent(readFileSync(topologyPath, 'utf8'));
  return /\/[^\s:@]*\/lockstep-coupons-\w+-\w+/.exec(text)?.[0] ?? topologyPath;
}

async function couponsOf(http: string, city: string): Promise<{ id: number; revision: number }[]> {
  const response = await fetch(`${http}/coupons?city=${city}`);
  return (await response.json()) as { id: number; revision: number }[];
}

/** What the last line about a region says. */
function countsOf(output: string, region: string): { requests: number; calls: number; refreshes: number } {
  const pattern = `${region} coupons ([\\d,]+) requests [^·]* ([\\d,]+) source calls, ([\\d,]+) refreshes, 0 duplicates, 0 torn`;
  const last = [...output.matchAll(new RegExp(pattern, 'g'))].at(-1) ?? [];
  const [requests = 0, calls = 0, refreshes = 0] = last.slice(1).map((text) => Number(text.replaceAll(',', '')));
  return { requests, calls, refreshes };
}

function shell(line: string): string {
  return execFileSync('/bin/sh', ['-c', line], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
