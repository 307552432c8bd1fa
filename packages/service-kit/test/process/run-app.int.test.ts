import { once } from 'node:events';
import { createServer } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { createFixtures } from '../fixtures/fixture-app.ts';

const fixtures = createFixtures();
afterEach(() => fixtures.close());

describe('runApp with a mistake of the user', () => {
  it('exits with 2 and one line on stderr after bad arguments', async () => {
    const outcome = await fixtures.run(['--regoin', 'east']).ended;
    expect(outcome).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'fixture: unknown option --regoin, did you mean --region?; usage: fixture --config FILE --region NAME (--help says more)\n',
    });
  });

  it('prints the usage for --help and the version for --version, and exits with 0', async () => {
    const [help, version] = await Promise.all([fixtures.run(['--help']).ended, fixtures.run(['--version']).ended]);
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: fixture --config FILE/) });
    expect(version).toMatchObject({ code: 0, stderr: '', stdout: '1.2.3\n' });
  });

  it('exits with 1 and a line per problem when the topology or the environment is bad', async () => {
    const path = await fixtures.writeTopology(70_000);
    const args = ['--config', path, '--region', 'east'];
    const [topology, environment, file, region] = await Promise.all([
      fixtures.run(args).ended,
      fixtures.run(args, { LOG_LEVEL: 'loud', LOCKSTEP_LINK_TOKEN: '' }).ended,
      fixtures.run(['--config', '/nowhere.yaml', '--region', 'east']).ended,
      fixtures.run(['--config', await fixtures.writeTopology(4510), '--region', 'north']).ended,
    ]);
    expect(topology).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `${path}:10:23: port 70000 is out of range; a port is 1 to 65535\n`,
    });
    expect(environment).toMatchObject({
      code: 1,
      stderr:
        'LOCKSTEP_LINK_TOKEN is set but empty; give it a value or unset it\n' +
        'LOG_LEVEL is "loud"; it must be trace, debug, info, warn, error, fatal or silent\n',
    });
    expect(file).toMatchObject({
      code: 1,
      stderr: '/nowhere.yaml: there is no such file; --config must name a topology file\n',
    });
    expect(region.stderr).toMatch(/has no region "north"; its regions are east and west\n$/);
    expect(region.code).toBe(1);
  });

  it.each(['good', 'plain listen'])('exits with 1 and names the address when it is in use (%s)', async (mode) => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const path = await fixtures.writeTopology(port);
    const outcome = await fixtures.run(['--config', path, '--region', 'east'], { FIXTURE_MODE: mode }).ended;
    blocker.close();
    expect(outcome).toMatchObject({
      code: 1,
      stderr: `127.0.0.1:${port} is already in use; stop what listens there or change the address in ${path}\n`,
    });
  });
});

describe('runApp', () => {
  it('logs `ready` once with the addresses, and never a secret', async () => {
    const app = await fixtures.start('good', { LOCKSTEP_REDIS_PASSWORD: 'hunter2', LOCKSTEP_LINK_TOKEN: 'hunter3' });
    expect(await app.logged('ready')).toMatchObject({
      name: 'fixture',
      region: 'east',
      version: '1.2.3',
      addresses: { http: app.url.slice('http://'.length) },
    });
    app.child.kill('SIGTERM');
    const { stdout } = await app.ended;
    expect(app.logs().map(({ msg }) => msg)).toEqual([
      'starting',
      `listening on ${app.url.slice('http://'.length)}`,
      'ready',
      'stopping',
      'disposing',
      'stopped',
    ]);
    expect(stdout).not.toContain('hunter');
  });

  it('exits with 1 and a fatal line with the stack and cause when the start rejects', async () => {
    const app = await fixtures.start('rejects');
    expect(await app.ended).toMatchObject({ code: 1, stderr: '' });
    expect(app.logs().at(-1)).toMatchObject({
      level: 60,
      err: {
        message: 'the wiring broke',
        cause: { message: 'because of this' },
        stack: expect.stringContaining('app.mjs'),
      },
    });
  });

  it('has written every log line, in order, when it exits', async () => {
    const app = await fixtures.start('rejects after a long line');
    await app.ended;
    expect(app.logs().map(({ msg }) => msg)).toEqual(['starting', 'long line', 'crashed']);
  });

  it.each([
    ['/throw-later', 'thrown from a timer'],
    ['/reject-later', 'rejected and forgotten'],
  ])('exits with 1 and a fatal line after something nobody caught (%s)', async (path, message) => {
    const app = await fixtures.start('good');
    await app.logged('ready');
    await fetch(app.url + path).catch(() => undefined);
    expect(await app.ended).toMatchObject({ code: 1 });
    expect(app.logs().at(-1)).toMatchObject({ level: 60, msg: 'crashed', err: { message } });
  });
});
