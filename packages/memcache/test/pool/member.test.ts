import { beforeEach, describe, expect, it } from 'vitest';

import { MemcacheError } from '../../src/index.ts';
import { Member, type MemberOptions } from '../../src/pool/member.ts';
import { codeOf } from '../hammer.ts';
import { createFakeDriver, type FakeDriver } from './fake-driver.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const timeout = new MemcacheError('ERR_MEMCACHE_TIMEOUT', 'no answer');
let clock: ManualClock;
let driver: FakeDriver;
let events: string[];
let versionAnswer: () => Promise<string>;

beforeEach(() => {
  clock = createManualClock();
  events = [];
  versionAnswer = async () => '1.6.18';
  driver = createFakeDriver({ version: () => versionAnswer() });
});

function createMember(options: Partial<MemberOptions> = {}): Member {
  return new Member(
    { host: 'a' },
    {
      address: 'a:11211',
      driver,
      clock,
      random: () => 0.5,
      downAfterTimeouts: 3,
      maxRemembered: 2,
      missOnFault: false,
      clear: async () => 'nothing',
      isClear: (member) => member.dirty.isEmpty,
      onDown: (_, error) => events.push(`down ${codeOf(error)}`),
      onUp: (_, cleared) => events.push(`up ${cleared}`),
      ...options,
    },
  );
}

async function fail(member: Member, error: unknown = timeout): Promise<void> {
  await member.track(Promise.reject(error)).catch(codeOf);
  clock.advance(5);
}

describe('a member of a pool', () => {
  it('is down after so many timeouts one after another, and refuses with what it last saw', async () => {
    const member = createMember();
    await fail(member);
    await fail(member);
    expect(member.serves()).toBe(true);
    await fail(member);
    expect(member.serves()).toBe(false);
    expect(events).toEqual(['down ERR_MEMCACHE_TIMEOUT']);
    expect(member.refusal()).toMatchObject({ code: 'ERR_MEMCACHE_NODE_DOWN', cause: timeout });
  });

  it('starts to count anew when a call is answered', async () => {
    const member = createMember();
    await fail(member);
    await fail(member);
    await member.track(Promise.resolve());
    await fail(member);
    await fail(member);
    expect(member.serves()).toBe(true);
  });

  it('counts calls that expire at the same moment once', async () => {
    const member = createMember();
    await Promise.all(Array.from({ length: 50 }, () => member.track(Promise.reject(timeout)).catch(codeOf)));
    expect(member.serves()).toBe(true);
  });

  it('does not count what is the fault of the call, or of the caller', async () => {
    const member = createMember();
    for (let index = 0; index < 5; index++) {
      await fail(member, new MemcacheError('ERR_MEMCACHE_BAD_KEY', 'bad'));
      await fail(member, new DOMException('aborted', 'AbortError'));
    }
    expect(member.serves()).toBe(true);
  });

  it('is down as soon as its driver is, and serves only when a probe has succeeded and it is cleared', async () => {
    let release = (): void => {};
    const member = createMember({ clear: () => new Promise((resolve) => (release = () => resolve('flushed'))) });
    driver.isUp = false;
    expect(member.serves()).toBe(false);
    driver.isUp = true;
    expect(member.serves()).toBe(false);
    clock.advance(100);
    await expect.poll(() => driver.calls).toContain('version');
    expect(member.serves()).toBe(false);
    release();
    await expect.poll(() => member.serves()).toBe(true);
    expect(events).toEqual(['down ERR_MEMCACHE_NODE_DOWN', 'up flushed']);
  });

  it('probes again and again, with growing pauses, until it is answered', async () => {
    const member = createMember({ downAfterTimeouts: 1 });
    versionAnswer = () => Promise.reject(timeout);
    await fail(member);
    const probes = (): number => driver.calls.filter((name) => name === 'version').length;
    const times: number[] = [];
    for (let seen = 0; seen < 5;) {
      clock.advance(5);
      await new Promise((resolve) => setImmediate(resolve));
      if (probes() > seen) times.push(clock.monotonic());
      seen = probes();
    }
    const pauses = times.slice(1).map((time, index) => time - times[index]!);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)! / pauses[0]!).toBeGreaterThan(4);
    versionAnswer = async () => '1.6.18';
    clock.advance(10_000);
    await expect.poll(() => member.serves()).toBe(true);
  });

  it('clears once more when something changed while it was being cleared', async () => {
    const rounds: number[] = [];
    const member = createMember({
      downAfterTimeouts: 1,
      clear: async (returning, round) => {
        rounds.push(round);
        returning.dirty.take();
        if (round < 2) queueMicrotask(() => returning.dirty.add(`late-${round}`));
        return 'deleted';
      },
    });
    await fail(member);
    clock.advance(100);
    await expect.poll(() => member.serves()).toBe(true);
    expect(rounds).toEqual([0, 1, 2]);
  });

  it('remembers the removals that failed before it was known to be down', async () => {
    const member = createMember({ downAfterTimeouts: 2 });
    const remove = async (key: string): Promise<void> => {
      await member.track(Promise.reject(timeout)).catch((error: unknown) => member.rememberFailure(key, error));
      clock.advance(5);
    };
    await remove('forgotten');
    await member.track(Promise.resolve());
    await remove('first');
    await remove('second');
    expect(member.dirty.take().map(String)).toEqual(['first', 'second']);
  });

  it('demands to be emptied when more changed than it can remember', async () => {
    const member = createMember({ downAfterTimeouts: 1 });
    await fail(member);
    for (const key of ['a', 'b']) member.rememberFailure(key, timeout);
    expect(member.mustFlush).toBe(false);
    member.rememberFailure('c', timeout);
    expect(member.mustFlush).toBe(true);
  });

  it('waits for the calls in flight, but not for ever', async () => {
    const member = createMember();
    let answer = (): void => {};
    const call = member.track(new Promise<void>((resolve) => (answer = resolve)));
    const slow = member.idle(1000);
    clock.advance(1000);
    expect(await slow).toBe(false);
    const quick = member.idle(1000);
    answer();
    await call;
    expect(await quick).toBe(true);
    expect(await member.idle(1)).toBe(true);
  });

  it('leaves it to its driver to refuse when it is closed', async () => {
    const member = createMember({ downAfterTimeouts: 1 });
    await fail(member);
    await member.close();
    expect(member.serves()).toBe(true);
    clock.advance(60_000);
    expect(driver.calls).toEqual(['close']);
  });
});
