import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';
import { allRight, checkPicks } from './scenario.ts';

const labels = ['one.example/10.9.0.1:11211', 'two.example/10.9.0.2:11211', 'cache-7.e77.test/127.77.0.7:11211'];
const { pick } = createRing(
  labels.map((label) => ({ host: label, label })),
  { algorithm: 'spymemcached-ketama' },
);

function check(...servers: object[]) {
  return checkPicks({ algorithm: 'spymemcached-ketama', options: { label: 'SPYMEMCACHED' }, servers }, pick);
}

describe('scenarios of spymemcached', () => {
  const second = { host: 'two.example', port: 11_211, label: labels[1] };
  const third = { host: 'cache-7.e77.test', port: 11_211 };

  it('know the address of a name from the server, and else from the observations', () => {
    expect(check({ host: 'one.example', address: '10.9.0.1' }, second, third)).toEqual(allRight);
    expect(
      check({ host: 'one.example', address: '10.9.0.1' }, second, { ...third, address: '1.1.1.1' }).wrong,
    ).toBeGreaterThan(20);
  });

  it('are refused where the address of a name is not known, unless the format does without', () => {
    expect(check({ host: 'one.example' }, second, third).skipped).toContain('server one.example needs the label');
    const servers = [{ host: 'one.example' }, second, third];
    const options = { label: 'LIBMEMCACHED' };
    expect(checkPicks({ algorithm: 'spymemcached-ketama', options, servers }, pick).skipped).toBeUndefined();
  });
});
