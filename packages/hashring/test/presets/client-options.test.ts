import { describe, expect, it } from 'vitest';

import { presets, type RingOptions } from '../../src/index.ts';

type Preset = (options: unknown) => RingOptions;

describe.each(Object.keys(presets) as (keyof typeof presets)[])('presets.%s', (name) => {
  const preset = presets[name] as unknown as Preset;

  it.each([[null], [7], [[]]])('refuses %j by its name', (given) => {
    expect(() => preset(given)).toThrow(TypeError);
    expect(() => preset(given)).toThrow(`${name} must be given `);
  });
});

describe('an option that a client does not have', () => {
  it.each<[keyof typeof presets, string, string]>([
    ['dalli', 'expire_in', '; did you mean "expires_in"? It has namespace, failover and 22 that place none'],
    ['dalli', 'nonsense', '; it has namespace, failover and 22 that place none'],
    ['dalli', 'servers', '; its servers are the nodes that createRing is given'],
    ['gomemcache', 'MaxIdleConn', '; did you mean "MaxIdleConns"? It has none that places keys and 4 that place none'],
    ['npmHashring', 'vnodecount', '; did you mean "vnodeCount"? It has algorithm, vnodeCount, defaultPort, '],
    ['nginx', 'ketama', '; it has consistent, hash'],
    ['libmemcached', 'ketama_weighted', '; did you mean "ketamaWeighted"? It has setAfterServers, charSignedness, '],
    ['phpMemcached', 'OPT_HSH', '; did you mean "OPT_HASH"? It has setAfterServers, charSignedness, libketamaCompat'],
  ])('of %s, %s, is answered by what may be meant and what places keys', (name, option, message) => {
    const preset = presets[name] as unknown as Preset;
    expect(() => preset({ [option]: 1 })).toThrow(TypeError);
    expect(() => preset({ [option]: 1 })).toThrow(`${name} has no option "${option}"${message}`);
  });

  it('is refused also where it is undefined, and a known one is not there then', () => {
    const dalli = presets.dalli as unknown as Preset;
    expect(() => dalli({ nonsense: undefined })).toThrow('dalli has no option "nonsense"');
    expect(dalli({ expires_in: undefined, expiresIn: 1, failover: null })).toEqual(presets.dalli());
  });
});
