import { hostname } from 'node:os';

import { expect, it } from 'vitest';

import { checkElectOptions } from '../../src/election/elect-options.ts';
import type { ElectOptions } from '../../src/index.ts';

const refused: [string, ElectOptions][] = [
  ['id must have 1 to 200', { id: '' }],
  ['id must have 1 to 200', { id: 'x'.repeat(201) }],
  ['metadata must have 0 to 500', { metadata: 'x'.repeat(501) }],
  ['metadata must be a text', { metadata: 7 as never }],
  ['ttlMs must be', { ttlMs: 10 }],
  ['stopMarginMs must be', { ttlMs: 1000, stopMarginMs: 501 }],
  ['watchMs must be', { watchMs: 0 }],
  ['priority must be', { priority: 0.5 }],
  ['backoff.minMs must be', { backoff: { minMs: 0 } }],
  ['backoff.maxMs must be', { backoff: { minMs: 100, maxMs: 50 } }],
  ['replicas must be', { replicas: -1 }],
  ['onElected must be a function', { onElected: 'work' as never }],
];

it.each(refused)('refuses options: %s', (message, options) => {
  expect(() => checkElectOptions('job', options)).toThrow(message);
});

it('refuses a name that is no key', () => {
  expect(() => checkElectOptions('', {})).toThrow('key must have');
  expect(() => checkElectOptions('x'.repeat(1020), {})).toThrow('key must have');
});

it('has defaults that follow from the period, and calls the process by host and id', () => {
  expect(checkElectOptions('job', { ttlMs: 3000 })).toMatchObject({
    id: `${hostname()}:${process.pid}`,
    ttlMs: 3000,
    stopMarginMs: 500,
    watchMs: 500,
    backoff: { minMs: 100, maxMs: 30_000 },
  });
  expect(checkElectOptions('job', { backoff: { minMs: 60_000 } }).backoff).toEqual({ minMs: 60_000, maxMs: 60_000 });
});
