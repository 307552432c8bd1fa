import { describe, expect, it } from 'vitest';

import { checkNodeVersion, satisfies } from '../node-version.mjs';

const engines = '^20.19.0 || ^22.12.0 || >=24';

describe('satisfies', () => {
  it.each([
    ['v20.19.0', true],
    ['v20.20.2', true],
    ['v20.18.3', false],
    ['v21.7.0', false],
    ['v22.11.9', false],
    ['v22.12.0', true],
    ['v23.11.0', false],
    ['v24.0.0', true],
    ['v26.9.0', true],
    ['v18.20.0', false],
  ])('says for Node %s: %s', (version, expected) => {
    expect(satisfies(version, engines)).toBe(expected);
  });

  it('refuses a range that it does not understand instead of guessing', () => {
    expect(() => satisfies('v20.19.0', '~20.1')).toThrow('"~20.1"');
  });
});

describe('checkNodeVersion', () => {
  it('names the version that runs and the versions that would do', () => {
    expect(() => checkNodeVersion('v18.1.0', engines)).toThrow(
      `Node v18.1.0 is not supported: Lockstep needs Node ${engines}.`,
    );
  });

  it('says nothing about a supported version', () => {
    expect(() => checkNodeVersion('v24.21.0', engines)).not.toThrow();
  });
});
