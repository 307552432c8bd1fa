import { expect, it } from 'vitest';

import { describeFeature, featureVersions, parseVersion, supports } from '../../src/protocol/features.ts';

it.each([
  ['1.6.18', [1, 6, 18]],
  ['1.6.27_beta1', [1, 6, 27]],
  ['1.6.9-rc2', [1, 6, 9]],
  ['1.4.5_4_gaa7839e', [1, 4, 5]],
  ['10.0.123', [10, 0, 123]],
])('reads the numbers of %s', (text, numbers) => {
  expect(parseVersion(text)).toEqual(numbers);
});

it.each(['', 'mcrouter 37.0', '1.6', 'v1.6.18', '1..6', '1.6.99999999'])('does not guess the numbers of %j', (text) => {
  expect(parseVersion(text)).toBeUndefined();
  expect(supports(text, 'binaryKeys')).toBe(false);
});

it('has a feature from its version on', () => {
  expect(supports('1.6.26', 'explicitCas')).toBe(false);
  expect(supports('1.6.27', 'explicitCas')).toBe(true);
  expect(supports('1.6.28', 'explicitCas')).toBe(true);
  expect(supports('1.6.39', 'conditionalGet')).toBe(false);
  expect(supports('1.6.40', 'conditionalGet')).toBe(true);
  expect(supports('1.5.99', 'binaryKeys')).toBe(false);
  expect(supports('0.9.99', 'binaryKeys')).toBe(false);
  expect(supports('1.7.0', 'conditionalGet')).toBe(true);
  expect(supports('2.0.0', 'conditionalGet')).toBe(true);
});

it('has no feature before the version is known', () => {
  expect(Object.keys(featureVersions).length).toBeGreaterThan(0);
  for (const feature of Object.keys(featureVersions) as (keyof typeof featureVersions)[]) {
    expect(supports(undefined, feature)).toBe(false);
  }
});

it('names feature and version', () => {
  expect(describeFeature('explicitCas')).toBe('explicitCas (memcached 1.6.27 or newer)');
});
