import * as zlib from 'node:zlib';

import { expect, it } from 'vitest';

import { checkTopology } from '../src/check-topology.ts';

const http = { host: '127.0.0.1', port: 1, text: '127.0.0.1:1' };
const check = (compression: 'brotli' | 'zstd'): void =>
  checkTopology({ file: 't.yaml' }, { name: 'east', shipper: { http, compression } });

it('takes a compression that every Node has', () => {
  expect(() => check('brotli')).not.toThrow();
});

it.runIf(!('zstdCompress' in zlib))('says where zstd is asked of a Node that does not have it', () => {
  expect(() => check('zstd')).toThrow(/^t\.yaml: regions\.east\.shipper\.compression is zstd, which Node .* not have/);
});
