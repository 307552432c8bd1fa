import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freeBasePort, type Playground, runPlayground, startPlayground } from './playground.ts';
import { descendantsOf, stillRunning } from './process-tree.ts';

const stopMs = 3000;

describe('the playground, from its start to its end', () => {
  // One for all of these tests, in their order: it is a dozen processes and more.
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  }, 90_000);
  // By then the last test has stopped it, unless something failed.
  afterAll(() => playground[Symbol.asyncDispose]());

  it('prints lines that work when pasted into a shell', async () => {
    const lines = playground
      .output()
      .split('\n')
      .filter((line) => /^ {2}(curl|printf) /.test(line));
    expect(lines).toHaveLength(5);
    const [put = '', get = '', set = '', read = '', append = ''] = lines;
    shell(put);
    await expect.poll(() => shell(get), { timeout: 10_000 }).toBe('Ada');
    expect(shell(set)).toBe('STORED\r\n');
    await expect.poll(() => shell(read), { timeout: 10_000 }).toBe('VALUE user:2 0 5\r\nGrace\r\nEND\r\n');
    expect(shell(append)).toMatch(/^\$\d+\r\n\d+-0\r\n/);
    await expect
      .poll(() => playground.output(), { timeout: 15_000 })
      .toMatch(/east orders led by .* in term 1, 1 accepted/);
  });

  it('reports every link and pool on one line where there is no terminal', async () => {
    await expect
      .poll(() => playground.output(), { timeout: 10_000 })
      .toMatch(
        /east→west lag \d+ ms, 0 queued, 0 ops\/s · west→east .* · east 3\/3 up, \d+ items, .* hits · west 3\/3 up/,
      );
  });

  it('kills who leads a queue when it is told to, and shows who took over, in which term', async () => {
    playground.child.kill('SIGUSR2');
    const killed = /killed (consumer \d) of east, which led orders in term 1/;
    await expect.poll(() => playground.output(), { timeout: 15_000 }).toMatch(killed);
    const [, first] = killed.exec(playground.output())!;
    const other = first === 'consumer 1' ? 'consumer 2' : 'consumer 1';
    const overtaken = `east orders led by ${other} of east in term 2`;
    await expect.poll(() => playground.output(), { timeout: 20_000 }).toContain(overtaken);
  });

  it('stops everything within 3 s of Ctrl-C and leaves nothing behind', async () => {
    const directory = dirname(playground.topologyPath);
    const processes = descendantsOf(playground.child.pid!);
    // Per region one Redis, three memcached, five apps.
    expect(processes.length).toBeGreaterThanOrEqual(18);
    // Twice, as under `npm start`: from the terminal, and passed on by npm.
    playground.child.kill('SIGINT');
    setTimeout(() => playground.child.kill('SIGINT'), 20);
    const force = setTimeout(() => playground.child.kill('SIGKILL'), stopMs);
    const [code] = (await once(playground.child, 'exit')) as [number | null];
    clearTimeout(force);
    expect(code).toBe(0);
    expect(existsSync(directory)).toBe(false);
    expect(stillRunning(processes)).toEqual([]);
    for (const { http } of playground.regions) await expect(fetch(http)).rejects.toThrow('fetch failed');
  });
});

describe('a playground', () => {
  it('leaves no process behind when it is killed by force', async () => {
    const playground = await startPlayground();
    const processes = descendantsOf(playground.child.pid!);
    playground.child.kill('SIGKILL');
    await once(playground.child, 'exit');
    await expect.poll(() => stillRunning(processes), { timeout: 15_000 }).toEqual([]);
  });

  it('runs three regions, each in step with the two others', async () => {
    await using playground = await startPlayground(['--regions', '3']);
    expect(playground.regions.map(({ name }) => name)).toEqual(['east', 'west', 'north']);
    await fetch(`${playground.regions[2]?.http}/v1/cache/user:3`, { method: 'PUT', body: 'from north' });
    for (const { http } of playground.regions.slice(0, 2)) {
      await expect
        .poll(async () => (await fetch(`${http}/v1/cache/user:3`)).text(), { timeout: 10_000 })
        .toBe('from north');
    }
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

function shell(line: string): string {
  return execFileSync('/bin/sh', ['-c', line], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
