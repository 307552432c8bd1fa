import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import type { BenchCase } from '../src/harness/bench-case.ts';
import { contestantOpener, openContestantProcess } from '../src/harness/contestant-process.ts';
import { loadCases } from '../src/registry.ts';

const worker = fileURLToPath(new URL('../dist/worker.js', import.meta.url));
const caseOf = async (bench: string): Promise<BenchCase> => (await loadCases(bench))[0]!;

describe('openContestantProcess', () => {
  it('hands on why a contestant could not open', async () => {
    const benchCase = await caseOf('memcache');
    const opening = openContestantProcess(benchCase, [benchCase.subject], {}, worker);
    await expect(opening).rejects.toThrow('the surroundings did not set host');
  });

  it('rejects when the process ends before it is ready', async () => {
    const benchCase = await caseOf('memcache');
    const nobody = { ...benchCase.subject, name: 'nobody' };
    await expect(openContestantProcess(benchCase, [nobody], {}, worker)).rejects.toThrow(
      'the process ended with code 1',
    );
  });
});

describe('contestantOpener', () => {
  it('measures all contestants of a case in one process, where the case says so', async () => {
    const whole = await caseOf('hashring');
    const benchCase = { ...whole, peers: whole.peers.slice(0, 1) };
    const open = contestantOpener(benchCase, {}, worker);
    const subject = await open(benchCase.subject);
    const peer = await open(benchCase.peers[0]!);
    expect(await subject.run(20)).toBeGreaterThan(0);
    await subject[Symbol.asyncDispose]();
    expect(await peer.run(20)).toBeGreaterThan(0);
    await peer[Symbol.asyncDispose]();
    await expect(peer.run(20)).rejects.toThrow(/the process ended|closed/);
  });
});
