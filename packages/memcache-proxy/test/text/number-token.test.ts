import { expect, it } from 'vitest';

import { parseInt32, parseUint32, parseUint64 } from '../../src/text/number-token.ts';

const token = (text: string): Buffer => Buffer.from(text);

it.each([
  ['0', 0],
  ['007', 7],
  ['+5', 5],
  ['-0', -0],
  ['-1', -1],
  ['2147483647', 2_147_483_647],
  ['2147483648', -2_147_483_648],
  ['99999999999', 1_215_752_191],
  ['9223372036854775808', undefined],
  ['', undefined],
  ['-', undefined],
  ['1x', undefined],
  ['1.5', undefined],
  ['0x1', undefined],
])('reads %j as the TTL %s', (text, value) => {
  const parsed = parseInt32(token(text));
  expect(parsed === undefined ? parsed : parsed + 0).toBe(value === undefined ? value : value + 0);
});

it.each([
  ['4294967295', 4_294_967_295],
  ['4294967297', 1],
  ['18446744073709551615', 4_294_967_295],
  ['18446744073709551616', undefined],
  ['-1', undefined],
  ['-0', 0],
])('reads %j as the flags %s', (text, value) => {
  expect(parseUint32(token(text))).toBe(value);
});

it.each([
  ['18446744073709551615', 18_446_744_073_709_551_615n],
  ['18446744073709551616', undefined],
  ['-1', undefined],
  ['x', undefined],
])('reads %j as the CAS value %s', (text, value) => {
  expect(parseUint64(token(text))).toBe(value);
});
