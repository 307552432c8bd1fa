import { describe, expect, it } from 'vitest';

import { presets } from '../../src/index.ts';

describe('presets.nginx', () => {
  it('is a list or, with the word consistent, a ring', () => {
    expect(presets.nginx()).toEqual({ algorithm: 'nginx-hash' });
    expect(presets.nginx({ consistent: true })).toEqual({ algorithm: 'nginx-consistent' });
  });

  it('refuses what the directive does not have', () => {
    expect(() => presets.nginx({ ketama: true } as object)).toThrow('nginx has no option "ketama"; it has consistent');
    expect(() => presets.nginx({ consistent: 'yes' } as object)).toThrow('consistent of nginx must be true or false');
  });
});
