import { readFile, rename, writeFile } from 'node:fs/promises';

import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createFixtures, type FixtureApp, freePort } from '../fixtures/fixture-app.ts';
import { sample } from '../topology/sample.ts';

const fixtures = createFixtures();
afterEach(() => fixtures.close());

async function classesOf(url: string): Promise<readonly string[]> {
  const { classes } = (await (await fetch(`${url}/classes`)).json()) as { classes: readonly string[] };
  return classes;
}

const addClass = async (app: FixtureApp, prefix: string): Promise<void> => {
  const text = `${await readFile(app.config, 'utf8')}  - { prefix: "${prefix}", policy: none }\n`;
  await writeFile(`${app.config}.new`, text);
  await rename(`${app.config}.new`, app.config);
};

describe('runApp with an app that reloads', () => {
  it('gives it a new version of the file', async () => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    await addClass(app, 'next:');
    await vi.waitFor(async () => expect(await classesOf(app.url)).toContain('next:'), 10_000);
    expect(await app.logged('topology reloaded')).toMatchObject({ source: app.config });
  });

  it('keeps the version in use when the new one is bad, and logs every problem', async () => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    await writeFile(app.config, 'version: 3\nregions: 7\n');
    const line = await app.logged('the new topology is refused; the one in use stays');
    expect(line['problems']).toEqual([
      `${app.config}:1:10: version is 3; this program reads version 1, so write version: 1`,
      `${app.config}:2:10: regions must be a map such as { east: … }, got 7`,
    ]);
    expect(await classesOf(app.url)).toEqual(['user:', 'user:tmp:']);
  });

  it('keeps the version in use when its region is gone', async () => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    await writeFile(app.config, (await readFile(app.config, 'utf8')).replace('  east:', '  north:'));
    const line = await app.logged('the new topology is refused; the one in use stays');
    expect(line['problems']).toEqual([`${app.config} has no region "east"; its regions are north and west`]);
  });

  it.each(['broken:', 'refused:'])('keeps the version in use when the app does not take %s', async (prefix) => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    await addClass(app, prefix);
    await app.logged('the new topology is refused; the one in use stays');
    expect(await classesOf(app.url)).toEqual(['user:', 'user:tmp:']);
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 0 });
  });

  it('reads a topology from Redis and follows it', async () => {
    await using redis = await startRedis();
    const client = new Redis(redis.port);
    const port = await freePort();
    const text = sample.replace('127.0.0.1:4510', `127.0.0.1:${port}`);
    await client.set('house', text);
    const { child, ended, output } = fixtures.run(
      ['--config', `redis://127.0.0.1:${redis.port}?key=house`, '--region', 'east'],
      { FIXTURE_MODE: 'good' },
    );
    await vi.waitFor(() => expect(output()).toContain('"ready"'), 15_000);
    await client.set('house', `${text}  - { prefix: "next:", policy: none }\n`);
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect(await classesOf(url)).toContain('next:'), 15_000);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    client.disconnect();
  });
});
