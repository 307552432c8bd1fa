import { describe, expect, it } from 'vitest';

import { createReadiness } from '../../src/http/readiness.ts';
import { createManualClock } from '../fixtures/manual-clock.ts';

describe('createReadiness', () => {
  it('is ready without checks, and when every check is well', async () => {
    const readiness = createReadiness();
    expect(await readiness.report()).toEqual({ status: 'ready', failing: [] });
    readiness.add('sync', () => undefined);
    readiness.add('async', async () => undefined);
    expect(await readiness.report()).toEqual({ status: 'ready', failing: [] });
  });

  it('names every check that fails, throws or rejects, in the order they were added', async () => {
    const readiness = createReadiness();
    readiness.add('well', () => undefined);
    readiness.add('says', () => 'it is down');
    readiness.add('throws', () => {
      throw new TypeError('thrown');
    });
    readiness.add('rejects', async () => {
      throw Object.assign(new Error('rejected'), { code: 'ERR_X' });
    });
    expect(await readiness.report()).toEqual({
      status: 'not ready',
      failing: [
        { name: 'says', message: 'it is down' },
        { name: 'throws', message: 'thrown' },
        { name: 'rejects', message: 'rejected (ERR_X)' },
      ],
    });
  });

  it('fails a check that has not answered by the deadline, and runs it once at a time', async () => {
    const clock = createManualClock();
    const readiness = createReadiness({ deadlineMs: 50, clock });
    let runs = 0;
    let answer: (problem: undefined) => void = () => undefined;
    readiness.add('stuck', () => {
      runs++;
      return new Promise<undefined>((resolve) => {
        answer = resolve;
      });
    });
    const reports = [readiness.report(), readiness.report()];
    clock.advance(50);
    const expected = { status: 'not ready', failing: [{ name: 'stuck', message: 'no answer within 50 ms' }] };
    expect(await Promise.all(reports)).toEqual([expected, expected]);
    expect(runs).toBe(1);

    const late = readiness.report();
    answer(undefined);
    expect(await late).toEqual({ status: 'ready', failing: [] });
    const next = readiness.report();
    expect(runs).toBe(2);
    answer(undefined);
    await next;
  });

  it('is not ready once its signal aborts, whatever the checks say', async () => {
    const controller = new AbortController();
    const readiness = createReadiness({ signal: controller.signal });
    controller.abort();
    expect(await readiness.report()).toEqual({
      status: 'not ready',
      failing: [{ name: 'shutdown', message: 'the service is shutting down' }],
    });
  });

  it('refuses a second check of the same name', () => {
    const readiness = createReadiness();
    readiness.add('redis', () => undefined);
    expect(() => readiness.add('redis', () => undefined)).toThrow('there is a readiness check "redis" already');
  });
});
