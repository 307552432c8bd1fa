import { describe, expect, it } from 'vitest';

import { presets } from '../../src/index.ts';

const { libmemcached, phpMemcached, pylibmc } = presets;

describe('presets.phpMemcached', () => {
  it('is libmemcached-modula with one_at_a_time where nothing is set', () => {
    expect(phpMemcached()).toEqual({
      algorithm: 'libmemcached-modula',
      hash: 'one_at_a_time',
      hashPrefix: '',
      sortHosts: false,
      charSignedness: 'signed',
    });
  });

  it('hashes keys with md5 where libketamaCompatible comes last, and with the hash that comes after it', () => {
    expect(phpMemcached({ hash: 'crc', libketamaCompatible: true })).toMatchObject({
      algorithm: 'ketama',
      hash: 'md5',
    });
    expect(phpMemcached({ libketamaCompatible: true, hash: 'crc' })).toMatchObject({
      algorithm: 'ketama',
      hash: 'crc',
    });
  });

  it('lets a distribution that comes after libketamaCompatible end the weights, but not md5', () => {
    expect(phpMemcached({ libketamaCompatible: true, distribution: 'consistent' })).toMatchObject({
      algorithm: 'libmemcached-consistent',
      weighted: 'auto',
      hash: 'md5',
    });
  });

  it('goes back to modula and the default hash where libketamaCompatible is set to false', () => {
    expect(phpMemcached({ distribution: 'consistent', hash: 'crc', libketamaCompatible: false })).toMatchObject({
      algorithm: 'libmemcached-modula',
      hash: 'one_at_a_time',
    });
  });

  it('keeps the points of the old hash where servers were there before distribution, then hash, were set', () => {
    const after = { setAfterServers: true } as const;
    const consistent = { algorithm: 'libmemcached-consistent', weighted: 'never' };
    expect(phpMemcached({ distribution: 'consistent', hash: 'md5', ...after })).toMatchObject({
      ...consistent,
      hash: 'md5',
      pointHash: 'one_at_a_time',
    });
    expect(phpMemcached({ hash: 'md5', distribution: 'consistent', ...after })).toMatchObject({
      ...consistent,
      hash: 'md5',
      pointHash: 'same',
    });
    expect(phpMemcached({ distribution: 'consistent', hash: 'md5', sortHosts: true, ...after })).toMatchObject({
      pointHash: 'same',
    });
  });

  it('hashes the prefix only with hashWithPrefixKey', () => {
    expect(phpMemcached({ prefixKey: 'app:' })).toMatchObject({ hashPrefix: '' });
    expect(phpMemcached({ prefixKey: 'app:', hashWithPrefixKey: true })).toMatchObject({ hashPrefix: 'app:' });
  });

  it('takes the map of setBucket', () => {
    expect(phpMemcached({ bucket: [0, 1, 1, 0] })).toMatchObject({
      algorithm: 'libmemcached-virtual-bucket',
      buckets: [0, 1, 1, 0],
    });
  });

  it('is left as it was by an empty map, which setBucket refuses', () => {
    expect(phpMemcached({ libketamaCompatible: true, bucket: [] })).toMatchObject({ algorithm: 'ketama' });
  });

  it('accepts options that do not change where keys go', () => {
    expect(phpMemcached({ binaryProtocol: true, connectTimeout: 50, libketamaHash: 'md5' })).toEqual(phpMemcached());
  });

  it('says where the second node comes from', () => {
    expect(phpMemcached({ libketamaCompatible: true })).toMatchObject({ removeFailedServers: false });
    expect(phpMemcached({ libketamaCompatible: true, autoEjectHosts: true })).toMatchObject({
      removeFailedServers: true,
    });
  });

  it.each<[object, string]>([
    [{ ketama: true }, 'phpMemcached has no option "ketama"'],
    [{ hash: 'jenkins' }, 'hash of phpMemcached must be one of "default", "md5"'],
    [
      { distribution: 'random' },
      'distribution of phpMemcached must be one of "modula", "consistent", "virtual_bucket"',
    ],
    [{ libketamaCompatible: 'on' }, 'libketamaCompatible of phpMemcached must be true, false or a number, got "on"'],
    [{ hash: 'hsieh' }, "setting hsieh fails with Debian's libmemcached and keeps the hash there was"],
    [{ bucket: [-1] }, 'bucket of phpMemcached must be a list of indexes of nodes, got [-1]'],
  ])('refuses %j by name', (options, message) => {
    expect(() => phpMemcached(options)).toThrow(message);
  });
});

describe('presets.pylibmc', () => {
  it('sets the hash before ketama_weighted, whatever the order they are given in', () => {
    expect(pylibmc({ ketama_weighted: true, hash: 'crc' })).toMatchObject({ algorithm: 'ketama', hash: 'md5' });
    expect(pylibmc({ hash: 'crc', distribution: 'consistent_weighted' })).toMatchObject({
      algorithm: 'ketama',
      hash: 'crc',
    });
  });

  it('sets the distribution after ketama_weighted', () => {
    expect(pylibmc({ distribution: 'consistent', ketama_weighted: true })).toMatchObject({
      algorithm: 'libmemcached-consistent',
      hash: 'md5',
      weighted: 'auto',
    });
  });

  it('keeps the weights of ketama_weighted for the distribution that leaves them', () => {
    expect(pylibmc({ ketama_weighted: true, distribution: 'consistent ketama spy' })).toMatchObject({
      algorithm: 'libmemcached-ketama-spy',
      weighted: 'always',
      hash: 'md5',
    });
  });

  it('takes ketama_weighted: False for ketama: True, as libmemcached does', () => {
    expect(pylibmc({ ketama_weighted: false })).toMatchObject({
      algorithm: 'libmemcached-consistent',
      weighted: 'auto',
    });
    expect(pylibmc({ ketama: false })).toMatchObject({ algorithm: 'libmemcached-modula' });
  });

  it('takes numbers for switches, and the last of auto_eject and remove_failed', () => {
    expect(pylibmc({ ketama: 1, remove_failed: 4 })).toMatchObject({ removeFailedServers: true });
    expect(pylibmc({ ketama: 1, remove_failed: 0, auto_eject: 1 })).toMatchObject({ removeFailedServers: false });
  });

  it('reads distributions with spaces as with underscores, and accepts what does not change where keys go', () => {
    expect(pylibmc({ distribution: 'virtual bucket', tcp_nodelay: true, ketama_hash: 'md5' })).toMatchObject({
      algorithm: 'libmemcached-virtual-bucket',
      buckets: [],
    });
  });

  it.each<[object, string]>([
    [{ libketamaCompatible: true }, 'pylibmc has no option "libketamaCompatible"'],
    [{ hash: 'murmur3' }, 'hash of pylibmc must be one of "default", "md5"'],
    [{ hash: 'hsieh' }, "setting hsieh fails with Debian's libmemcached and keeps the hash there was"],
    [{ distribution: 'ketama' }, 'distribution of pylibmc must be one of "modula", "consistent"'],
    [{ distribution: 'random' }, 'distribution random puts a key anywhere'],
    [{ ketama: 'yes' }, 'ketama of pylibmc must be true, false or a number, got "yes"'],
  ])('refuses %j by name', (options, message) => {
    expect(() => pylibmc(options)).toThrow(message);
  });
});

describe('presets.libmemcached', () => {
  it('sets behaviors in the order they are written in', () => {
    expect(libmemcached({ ketamaWeighted: true, hash: 'murmur3' })).toMatchObject({
      algorithm: 'ketama',
      hash: 'murmur3',
    });
    expect(libmemcached({ ketamaWeighted: true, ketama: true })).toMatchObject({
      algorithm: 'libmemcached-consistent',
    });
    expect(libmemcached({ ketama: true, ketamaWeighted: false })).toMatchObject({
      algorithm: 'libmemcached-consistent',
      hash: 'one_at_a_time',
    });
    expect(libmemcached({ ketamaWeighted: true, distribution: 'modula' })).toMatchObject({
      algorithm: 'libmemcached-modula',
      hash: 'md5',
    });
    expect(libmemcached({ bucket: [1, 0] })).toMatchObject({
      algorithm: 'libmemcached-virtual-bucket',
      buckets: [1, 0],
    });
  });

  it('takes hsieh, which a library may have been built with', () => {
    expect(libmemcached({ hash: 'hsieh' })).toMatchObject({ hash: 'hsieh' });
  });

  it('passes on the namespace, where it is hashed, and the compiler', () => {
    const options = {
      namespace: 'n:',
      hashWithPrefixKey: true,
      charSignedness: 'unsigned',
      autoEjectHosts: true,
    } as const;
    expect(libmemcached({ ...options, ketama: true })).toMatchObject({
      hashPrefix: 'n:',
      charSignedness: 'unsigned',
      removeFailedServers: true,
    });
  });

  it.each<[object, string]>([
    [{ ketama_weighted: true }, 'libmemcached has no option "ketama_weighted"'],
    [{ charSignedness: 'arm' }, 'charSignedness of libmemcached must be one of "signed", "unsigned"'],
    [{ distribution: 'random' }, 'distribution random puts a key anywhere'],
  ])('refuses %j by name', (options, message) => {
    expect(() => libmemcached(options)).toThrow(message);
  });
});
