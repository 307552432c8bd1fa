import * as zlib from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { Receiver } from '../src/receiver/receiver.ts';
import { createReceiverHandler } from '../src/receiver/receiver-handler.ts';
import { ACCEPTED_CODINGS, chooseCompression, createEncoder, decodeContent } from '../src/transport/content-coding.ts';
import { BATCHES_PATH, batchHeaders } from '../src/transport/wire.ts';
import { batchOf } from './batches.ts';
import { del, set } from './operations.ts';

const text = Buffer.from('the same words again and again, '.repeat(100));
const noise = Buffer.from(Array.from({ length: 600 }, (_, n) => (n * 7919 + ((n * n) % 251)) % 256));
const hasZstd = 'zstdCompress' in zlib;

describe('content codings', () => {
  it.each(['brotli', ...(hasZstd ? (['zstd'] as const) : [])] as const)(
    '%s makes a body smaller and gives it back',
    async (name) => {
      const { token, bytes } = await createEncoder(name)(text, 'br, zstd');
      expect(token).toBe(name === 'brotli' ? 'br' : name);
      expect(bytes.length).toBeLessThan(text.length / 4);
      await expect(decodeContent(token, bytes, text.length)).resolves.toEqual(text);
    },
  );

  it.each([127, 129, 600, 3000])('bodies of %i KiB are given back, however they are unpacked', async (kibibytes) => {
    const body = Buffer.alloc(kibibytes * 1024, text);
    const { token, bytes } = await createEncoder('brotli')(body);
    expect(token).toBe('br');
    const given = await decodeContent(token, bytes, body.length);
    expect(given.equals(body)).toBe(true);
    await expect(decodeContent(token, bytes, body.length - 1)).rejects.toThrow('a batch may have at most');
  });

  it.runIf(!hasZstd)('zstd is refused where the runtime does not have it', () => {
    expect(() => createEncoder('zstd')).toThrow('compression zstd is not in this version of Node');
  });

  it.each([
    ['zstd', 'br, zstd', 'zstd'],
    ['zstd', 'identity, br', 'brotli'],
    ['zstd', undefined, 'brotli'],
    ['zstd', 'identity', 'identity'],
    ['brotli', 'BR', 'brotli'],
    ['brotli', undefined, 'brotli'],
    ['brotli', '', 'identity'],
    ['identity', 'br, zstd', 'identity'],
  ] as const)('who wants %s of a receiver that lists %j takes %s', (wanted, accepted, chosen) => {
    expect(chooseCompression(wanted, accepted)).toBe(chosen);
  });

  it('small bodies, and those that would grow, are sent as they are', async () => {
    const encode = createEncoder('brotli');
    const small = text.subarray(0, 511);
    await expect(encode(small)).resolves.toEqual({ bytes: small });
    const packed = zlib.brotliCompressSync(zlib.deflateRawSync(noise));
    await expect(createEncoder('identity')(text)).resolves.toEqual({ bytes: text });
    expect((await encode(packed)).bytes.length).toBeLessThanOrEqual(packed.length);
  });

  it('nothing is unpacked beyond the bound', async () => {
    const bomb = zlib.brotliCompressSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1000);
    await expect(decodeContent('br', bomb, 1024 * 1024)).rejects.toMatchObject({
      code: 'ERR_REPLICATION_TOO_LARGE',
      message: 'a batch may have at most 1048576 bytes',
    });
  });

  // Only newer runtimes than the oldest that is supported have zstd: tooling/node-matrix runs these.
  it.runIf(hasZstd)('a batch goes through zstd whole, from what sends it to what takes it', async () => {
    const batch = batchOf(0, [set('a', 'x'.repeat(2000)), del('b')], [set('a', 'y')]);
    const { token, bytes } = await createEncoder('zstd')(batch.body, ACCEPTED_CODINGS);
    // The magic number of a zstd frame, little-endian.
    expect({ token, magic: bytes.readUInt32LE(0) }).toEqual({ token: 'zstd', magic: 0xfd_2f_b5_28 });
    const received: unknown[] = [];
    const receive = async (taken: unknown): Promise<object> => {
      received.push(taken);
      return { kind: 'applied', cursor: batch.last };
    };
    const handle = createReceiverHandler({ receiver: { receive } as unknown as Receiver });
    const headers = { ...batchHeaders(batch), 'content-encoding': token! };
    const answer = await handle({ method: 'POST', path: BATCHES_PATH, headers, body: bytes });
    expect(answer).toMatchObject({ status: 200 });
    expect(received).toEqual([batch]);
  });

  it.runIf(hasZstd)(
    'nothing is unpacked by zstd beyond the bound, and bytes that are no zstd are refused',
    async () => {
      const { bytes } = await createEncoder('zstd')(Buffer.alloc(64 * 1024), 'zstd');
      await expect(decodeContent('zstd', bytes, 64 * 1024)).resolves.toHaveLength(64 * 1024);
      await expect(decodeContent('zstd', bytes, 64 * 1024 - 1)).rejects.toMatchObject({
        code: 'ERR_REPLICATION_TOO_LARGE',
      });
      await expect(decodeContent('zstd', noise, 1000)).rejects.toThrow('the body is no zstd');
    },
  );

  it.each([
    ['br', /the body is no br/],
    ['gzip', /the content-encoding gzip is not known here/],
  ])('bytes that are no %s are refused', async (token, message) => {
    await expect(decodeContent(token, noise, 1000)).rejects.toThrow(message);
  });

  it('an unknown compression is refused', () => {
    expect(() => createEncoder('lz4' as 'brotli')).toThrow('compression must be identity, brotli or zstd, got lz4');
  });
});
