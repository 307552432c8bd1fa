import type { Clock, RedisClient } from '@lockstep/core';

/** A master whose time, answers and memory a test decides. */
export interface FakeNode extends RedisClient {
  /** `hang`: what is asked happens when it answers again. `mute`: it happens now. `fail`: nothing happens. */
  mode: 'answer' | 'hang' | 'mute' | 'fail';
  /** Who has which key now. */
  ownerOf(name: string): string | undefined;
  /** Gives a key to somebody. */
  give(name: string, owner: string, ttlMs: number): void;
  /** Answers everything that is open. */
  thaw(): void;
  /** How many commands it got. */
  readonly asked: number;
}

/** A node that knows the one script of quorum locks, on the clock that it is given. */
export function createFakeNode(clock: Clock): FakeNode {
  const keys = new Map<string, { owner: string; until: number }>();
  const hanging: (() => void)[] = [];
  let asked = 0;
  const ownerOf = (name: string): string | undefined => {
    const entry = keys.get(name);
    return entry !== undefined && clock.monotonic() < entry.until ? entry.owner : undefined;
  };
  const give = (name: string, owner: string, ttlMs: number): void => {
    keys.set(name, { owner, until: clock.monotonic() + ttlMs });
  };
  const run = (name: string, verb: string, owner: string, ttlMs: number): number => {
    const current = ownerOf(name);
    if (verb === 'free') return current === owner && keys.delete(name) ? 1 : 0;
    if (current !== undefined && current !== owner) return 0;
    give(name, owner, ttlMs);
    return 1;
  };
  const answered = (): Promise<void> => new Promise((resolve) => void hanging.push(resolve));
  const node: FakeNode = {
    mode: 'answer',
    ownerOf,
    give,
    get asked() {
      return asked;
    },
    thaw() {
      node.mode = 'answer';
      for (const answer of hanging.splice(0)) answer();
    },
    async call(_command, _digest, _count, name, verb, owner, ttlMs) {
      asked += 1;
      if (node.mode === 'fail') throw new Error('down');
      const act = (): number => run(String(name), String(verb), String(owner), Number(ttlMs));
      if (node.mode === 'hang') await answered();
      const reply = act();
      if (node.mode === 'mute') await answered();
      return reply;
    },
    callBuffer: () => Promise.reject(new Error('not used')),
    duplicate: () => {
      throw new Error('not used');
    },
  };
  return node;
}
