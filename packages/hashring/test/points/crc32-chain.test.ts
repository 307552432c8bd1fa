import { crc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { splitNginxServer } from '../../src/labels/nginx-server.ts';
import { crc32Chain } from '../../src/points/crc32-chain.ts';

/** The rule word for word, with zlib's CRC-32. */
function chain(host: string, port: string, count: number): number[] {
  const points: number[] = [];
  for (let i = 0; i < count; i++) {
    const previous = Buffer.alloc(4);
    previous.writeUInt32LE(points.at(-1) ?? 0);
    points.push(crc32(Buffer.concat([Buffer.from(`${host}\0${port}`), previous])));
  }
  return points;
}

function write(label: string, from: number, to: number): number[] {
  const out = new Uint32Array(to - from);
  crc32Chain(splitNginxServer).write(label, from, to, out);
  return [...out];
}

describe('the chain of CRC-32 points', () => {
  it.each([
    ['10.0.0.1:11211', '10.0.0.1', '11211'],
    ['unix:/run/cache.sock', '/run/cache.sock', ''],
    ['kühl.example:1', 'kühl.example', '1'],
  ])('of %s is made of host, zero byte, port and the point before', (server, host, port) => {
    expect(write(server, 0, 200)).toEqual(chain(host, port, 200));
  });

  it('gives the points from the middle on as it gives them from the start', () => {
    const all = write('10.0.0.1:11211', 0, 200);
    expect(write('10.0.0.1:11211', 160, 200)).toEqual(all.slice(160));
    expect(write('10.0.0.1:11211', 1, 2)).toEqual(all.slice(1, 2));
  });
});
