import { describe, expect, it } from 'vitest';

import { bytes } from '../../src/keys/key-buffer.ts';
import { appendReversed, loadMcrouterKey, type McrouterKeyPart } from '../../src/keys/mcrouter-key.ts';

const NONE = new Uint8Array(0);
const text = (length: number): string => new TextDecoder().decode(bytes.subarray(0, length));

function hashed(key: string, part: McrouterKeyPart = 'routing', salt = NONE): string {
  return text(loadMcrouterKey(key, part, salt));
}

describe('loadMcrouterKey', () => {
  it.each([
    ['key', 'key'],
    ['', ''],
    ['/region/cluster/key', 'key'],
    ['/region/cluster/key/more/parts', 'key/more/parts'],
    ['/region/cluster/', ''],
    ['//cluster/key', 'key'],
    ['///key', 'key'],
    ['/é/漢/ключ', 'ключ'],
  ])('hashes %o without its routing prefix: %o', (key, expected) => {
    expect(hashed(key)).toBe(expected);
  });

  it.each(['/region/key', '/key', '/', 'a/b/c/d', ' /a/b/c'])('hashes %o whole: it has no routing prefix', (key) => {
    expect(hashed(key)).toBe(key);
  });

  it.each([
    ['key|#|rest', 'key'],
    ['key|#|', 'key'],
    ['|#|rest', ''],
    ['a|#|b|#|c', 'a'],
    ['/a/b/key|#|/rest', 'key'],
    ['/a/b|#|/key', 'key'],
    ['||#|rest', '|'],
  ])('hashes %o up to its hash stop: %o', (key, expected) => {
    expect(hashed(key)).toBe(expected);
  });

  it.each(['key|#', 'key|', 'key#|', 'a|b|c', '|# |'])('hashes %o whole: it has no hash stop', (key) => {
    expect(hashed(key)).toBe(key);
  });

  it('does not take what lies behind the key for a part of it', () => {
    hashed('keys|#|rest');
    expect(hashed('keys')).toBe('keys');
    hashed('keys|#|rest');
    expect(hashed('keys|')).toBe('keys|');
    hashed('/a/b/c');
    expect(hashed('/a')).toBe('/a');
    hashed('/a/b/c');
    expect(hashed('')).toBe('');
  });

  it('leaves a routing key as it is where told so', () => {
    expect(hashed('/a/b/key|#|rest', 'whole')).toBe('/a/b/key|#|rest');
  });

  it('puts the salt behind the routing key', () => {
    expect(hashed('/a/b/key|#|rest', 'routing', new TextEncoder().encode('sält'))).toBe('keysält');
  });

  it('takes a key and a salt longer than the buffer', () => {
    const [key, salt] = ['k'.repeat(10_000), 's'.repeat(200_000)];
    expect(hashed(key, 'routing', new TextEncoder().encode(salt))).toBe(key + salt);
  });
});

describe('appendReversed', () => {
  it.each([
    [0, 'key0'],
    [9, 'key9'],
    [10, 'key01'],
    [12, 'key21'],
    [1234, 'key4321'],
  ])('puts %i behind a key, the last digit first', (value, expected) => {
    expect(text(appendReversed(loadMcrouterKey('key', 'whole', NONE), value))).toBe(expected);
  });
});
