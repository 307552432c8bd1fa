import type { AcquireReply, AcquireRequest, Grant, LockDriver, LockFamily } from '../../../src/driver/lock-driver.ts';

/** What every call of the suite may take. */
export const BOUND = { timeoutMs: 5000 } as const;

/** One process of the suite, and what it heard. */
export interface LockProcess extends AsyncDisposable {
  readonly driver: LockDriver;
  readonly grants: Grant[];
  readonly wakes: string[];
  readonly reconnects: () => number;
  /** Acquires for a new owner, and returns him with the answer. */
  ask(key: string, request?: Partial<AcquireRequest>): Promise<{ owner: string; reply: AcquireReply }>;
  /** The owner of a lock that was free. */
  hold(key: string, request?: Partial<AcquireRequest>): Promise<string>;
  /** The owner of a place in line. */
  wait(key: string, request?: Partial<AcquireRequest>): Promise<string>;
}

/** Listens to a driver. */
export function listenTo(locks: LockDriver, family?: LockFamily): LockProcess {
  const driver = family === undefined ? locks : locks.family(family);
  const grants: Grant[] = [];
  const wakes: string[] = [];
  let reconnects = 0;
  const listening = driver.listen({
    onGrant: (grant) => grants.push(grant),
    onWake: (_key, owner) => wakes.push(owner),
    onReconnect: () => reconnects++,
  });
  async function ask(
    key: string,
    request: Partial<AcquireRequest> = {},
  ): Promise<{ owner: string; reply: AcquireReply }> {
    const owner = request.owner ?? driver.nextOwner();
    const defaults = { key, owner, ttlMs: 60_000, grantMs: 30_000, mode: 'try' } as const;
    return { owner, reply: await driver.acquire({ ...defaults, ...request }, BOUND) };
  }
  async function expectKind(
    kind: AcquireReply['kind'],
    key: string,
    request: Partial<AcquireRequest>,
  ): Promise<string> {
    const { owner, reply } = await ask(key, request);
    if (reply.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(reply)}`);
    return owner;
  }
  return {
    driver,
    grants,
    wakes,
    reconnects: () => reconnects,
    ask,
    hold: (key, request = {}) => expectKind('held', key, request),
    wait: (key, request = {}) => expectKind('queued', key, { mode: 'queue', ...request }),
    async [Symbol.asyncDispose]() {
      await listening.close();
      await driver.close();
    },
  };
}

/** What the suite is run against. */
export interface DriversUnderTest {
  /** Another process of the same locks. It is closed by the suite. */
  process(family?: LockFamily): LockProcess;
  /** A key that no other test has used. */
  key(): string;
  /** Keys of one group. */
  keysOfOneGroup(count: number): string[];
}
