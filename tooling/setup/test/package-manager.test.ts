import { describe, expect, it } from 'vitest';

import { findNpm, isUsable, pinnedVersion } from '../package-manager.mjs';

describe('pinnedVersion', () => {
  it('reads the version out of the packageManager field', () => {
    expect(pinnedVersion('pnpm@12.21.0')).toBe('12.21.0');
    expect(pinnedVersion('pnpm@12.21.0+sha512.abc')).toBe('12.21.0');
  });

  it.each([undefined, 'yarn@4.0.0', 'pnpm@latest'])('refuses %s', (field) => {
    expect(() => pinnedVersion(field)).toThrow('packageManager in package.json must name a pnpm');
  });
});

describe('isUsable', () => {
  it.each([
    ['12.21.0\n', true],
    ['12.3.4', true],
    ['11.9.0', false],
    ['120.0.0', false],
    ['', false],
    ['12', false],
    ['command not found', false],
  ])('says for a pnpm that answers %j: %s', (found, expected) => {
    expect(isUsable(found, '12.21.0')).toBe(expected);
  });
});

describe('findNpm', () => {
  it('prefers the npm that started the script, run by this Node', () => {
    const npm = findNpm({ npm_execpath: '/somewhere/npm-cli.js', PATH: '' });
    expect(npm).toEqual({ command: process.execPath, args: ['/somewhere/npm-cli.js'] });
  });

  it('does not take another package manager for npm', () => {
    expect(findNpm({ npm_execpath: '/somewhere/yarn.js', PATH: '' })).toBeUndefined();
  });
});
