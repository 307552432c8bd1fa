import { describe, expect, it } from 'vitest';

import { presets } from '../../src/index.ts';

describe('presets.nginx', () => {
  it('is a list or, with the word consistent, a ring', () => {
    expect(presets.nginx()).toEqual({ algorithm: 'nginx-hash' });
    expect(presets.nginx({ consistent: true })).toEqual({ algorithm: 'nginx-consistent' });
  });

  it('takes the directive as it is written', () => {
    expect(presets.nginx({ hash: '$memcached_key' })).toEqual({ algorithm: 'nginx-hash' });
    expect(presets.nginx({ hash: '$memcached_key consistent' })).toEqual({ algorithm: 'nginx-consistent' });
    expect(presets.nginx({ hash: '$scheme$proxy_host consistent;' })).toEqual({ algorithm: 'nginx-consistent' });
    expect(presets.nginx({ hash: '$arg_consistent' })).toEqual({ algorithm: 'nginx-hash' });
    expect(() => presets.nginx({ hash: '$a twice' })).toThrow('hash of nginx must be the key of the directive');
    expect(() => presets.nginx({ hash: '$a', consistent: true })).toThrow('nginx has both "hash" and "consistent"');
  });

  it('refuses what the directive does not have', () => {
    expect(() => presets.nginx({ ketama: true } as object)).toThrow('nginx has no option "ketama"; it has consistent');
    expect(() => presets.nginx({ consistent: 'yes' } as object)).toThrow('consistent of nginx must be true or false');
  });
});
