import { expect, it } from 'vitest';

import { LineOpReader } from '../../../../src/http/cache/batch/line-op-reader.ts';

const read = (line: string | Buffer): unknown => {
  const reader = new LineOpReader({ maxOps: 10, maxValueBytes: 1000 });
  reader.push(Buffer.from(line as string));
  return reader.end();
};

it('refuses a line that is not UTF-8 instead of storing something else', () => {
  const line = Buffer.concat([Buffer.from('{"op":"set","key":"k","value":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(() => read(line)).toThrow('operation 0: it is not UTF-8');
});

it('refuses half of a surrogate pair in a key and in a value, and takes whole ones', () => {
  const half = String.raw`\ud83d`;
  expect(() => read(`{"op":"get","key":"${half}"}`)).toThrow('operation 0: "key" has half of a surrogate pair');
  expect(() => read(`{"op":"set","key":"k","value":"${half}x"}`)).toThrow('"value" has half of a surrogate pair');
  expect(read(String.raw`{"op":"set","key":"k","value":"\ud83d\ude00"}`)).toMatchObject([{ value: Buffer.from('😀') }]);
});
