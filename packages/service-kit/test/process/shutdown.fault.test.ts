import { Agent, get } from 'node:http';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { createFixtures } from '../fixtures/fixture-app.ts';

const fixtures = createFixtures();
afterEach(() => fixtures.close());

describe('runApp, when it is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is under way and then exits with 0 (%s)', async (signal) => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    const answer = fetch(`${app.url}/slow`).then((response) => response.json());
    await app.logged('slow request began');
    app.child.kill(signal);
    expect(await answer).toEqual({ finished: true });
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('says not ready before it stops listening', async () => {
    const app = await fixtures.start('stuck shutdown');
    await app.logged('ready');
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    app.child.kill('SIGTERM');
    await app.logged('disposing');
    const response = await fetch(`${app.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      failing: [{ name: 'shutdown', message: 'the service is shutting down' }],
    });
  });

  it('does not wait for clients that keep idle connections open', async () => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      get(`${app.url}/livez`, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    await vi.waitFor(() => expect(Object.values(agent.freeSockets)).toHaveLength(1));
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 0 });
    agent.destroy();
  });

  it('exits with 1 when the shutdown takes longer than its deadline', async () => {
    const app = await fixtures.start('stuck shutdown, short deadline');
    await app.logged('ready');
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 1 });
    expect(app.logs().at(-1)).toMatchObject({ level: 60, err: { message: 'the shutdown took longer than 100 ms' } });
  });

  it('exits with 1 when the shutdown fails', async () => {
    const app = await fixtures.start('broken shutdown');
    await app.logged('ready');
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 1 });
    expect(app.logs().at(-1)).toMatchObject({ level: 60, err: { message: 'cannot close' } });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('exits at once on a second signal (%s)', async (signal, code) => {
    const app = await fixtures.start('stuck shutdown');
    await app.logged('ready');
    app.child.kill('SIGTERM');
    await app.logged('disposing');
    app.child.kill(signal);
    expect(await app.ended).toMatchObject({ code });
  });

  it('exits with 0 when its start gives up because it was asked to', async () => {
    const app = await fixtures.start('gives up starting');
    await app.logged('waiting');
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 0, stderr: '' });
    expect(app.logs().some(({ msg }) => msg === 'ready')).toBe(false);
  });

  it('stays alive while it starts, however long that takes, and stops by a second signal', async () => {
    const app = await fixtures.start('never starts');
    await app.logged('starting');
    app.child.kill('SIGTERM');
    await app.logged('stopping');
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 143 });
  });

  it('stops when the parent that forked it is gone', async () => {
    const app = await fixtures.start('good', {}, { ipc: true });
    await app.logged('ready');
    app.child.disconnect();
    expect(await app.ended).toMatchObject({ code: 0 });
    expect(app.logs().find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'the end of its parent' });
  });

  it('stops when the parent that forked it is gone before it has begun', async () => {
    const app = await fixtures.start('good', {}, { ipc: true });
    app.child.disconnect();
    expect(await app.ended).toMatchObject({ code: 0 });
  });
});
