import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';

describe('libketama', () => {
  it('labels a node with the port also where it is 11211, as ketama labels no node', () => {
    const ring = createRing([{ host: 'a' }, { host: 'b' }, { host: 'c', port: 11_212 }], { algorithm: 'libketama' });
    const labelled = createRing(
      [
        { host: 'a', label: 'a:11211' },
        { host: 'b', label: 'b:11211' },
        { host: 'c', label: 'c:11212' },
      ],
      { algorithm: 'ketama' },
    );
    for (let i = 0; i < 300; i++) expect(ring.pick(`key:${i}`)).toBe(labelled.pick(`key:${i}`));
  });

  it('has no options', () => {
    expect(() =>
      createRing([{ host: 'a' }], { algorithm: 'libketama', hash: 'md5' } as { algorithm: 'libketama' }),
    ).toThrow('libketama has no option "hash"; it has none');
  });

  it('refuses a label for which its file of servers has no room, and names the node', () => {
    const fits = { host: 'a'.repeat(15), port: 11_211 };
    expect(createRing([fits, { host: 'b' }], { algorithm: 'libketama' }).nodes).toHaveLength(2);
    const long = { host: 'é'.repeat(8), port: 11_211 };
    expect(() => createRing([fits, long], { algorithm: 'libketama' })).toThrow(
      'the label of node 1 (éééééééé:11211) must have at most 21 bytes with libketama, éééééééé:11211 has 22',
    );
  });
});
