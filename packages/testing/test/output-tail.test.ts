import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { OutputTail } from '../src/output-tail.ts';

async function tailOf(...texts: string[]): Promise<OutputTail> {
  const tail = new OutputTail();
  for (const text of texts) {
    const stream = new PassThrough();
    tail.collect(stream);
    stream.end(text);
    await new Promise((done) => stream.once('close', done));
  }
  return tail;
}

describe('OutputTail', () => {
  it('keeps the last hundred lines', async () => {
    const tail = await tailOf(Array.from({ length: 150 }, (_, index) => `line ${index}\n`).join(''));
    const lines = tail.toString().split('\n');
    expect([lines.length, lines[0], lines[99]]).toEqual([100, 'line 50', 'line 149']);
  });

  it('keeps a last line without its end', async () => {
    expect(String(await tailOf('whole\nbroken off'))).toBe('whole\nbroken off');
  });

  it('tells what was printed since a moment', async () => {
    const tail = await tailOf('old\n');
    const { seen } = tail;
    const stream = new PassThrough();
    tail.collect(stream);
    stream.end('new\n');
    await new Promise((done) => stream.once('close', done));
    expect([tail.since(seen), tail.since(0)]).toEqual(['new', 'old\nnew']);
  });
});
