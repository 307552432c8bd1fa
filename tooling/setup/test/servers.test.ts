import { describe, expect, it } from 'vitest';

import { type Machine, planServers, servers } from '../servers.mjs';

const debian: Machine = { platform: 'linux', hasApt: true, isRoot: true, hasSudo: false, hasBrew: false };
const [redis, memcached] = servers;
if (redis === undefined || memcached === undefined) throw new Error('two servers were expected');

describe('planServers', () => {
  it('plans nothing when nothing is missing', () => {
    expect(planServers([], debian)).toEqual({ kind: 'nothing' });
  });

  it('installs only what is missing', () => {
    expect(planServers([memcached], debian)).toEqual({ kind: 'apt', packages: ['memcached'], sudo: false });
  });

  it('goes through sudo only for a user who is not root', () => {
    const plan = planServers(servers, { ...debian, isRoot: false, hasSudo: true });
    expect(plan).toEqual({ kind: 'apt', packages: ['redis-server', 'memcached'], sudo: true });
  });

  it('tells a user without root or sudo the command to run', () => {
    expect(planServers(servers, { ...debian, isRoot: false })).toEqual({
      kind: 'advice',
      message: 'redis-server and memcached are not on PATH.',
      advice: 'Run: sudo apt-get install --no-install-recommends redis-server memcached',
    });
  });

  it('names what to install on a Linux without apt', () => {
    expect(planServers([redis], { ...debian, hasApt: false })).toEqual({
      kind: 'advice',
      message: 'redis-server is not on PATH.',
      advice: 'Install redis-server with the package manager of this system.',
    });
  });

  it('uses Homebrew on a Mac, with the names that Homebrew has', () => {
    const mac: Machine = { ...debian, platform: 'darwin', hasApt: false, isRoot: false, hasBrew: true };
    expect(planServers(servers, mac)).toEqual({ kind: 'brew', packages: ['redis', 'memcached'] });
    expect(planServers([redis], { ...mac, hasBrew: false })).toMatchObject({
      advice: 'Install Homebrew and run: brew install redis',
    });
  });

  it('sends Windows to WSL', () => {
    expect(planServers([redis], { ...debian, platform: 'win32', hasApt: false })).toMatchObject({
      advice: 'Use WSL with Debian or Ubuntu, where setup installs redis-server.',
    });
  });
});
