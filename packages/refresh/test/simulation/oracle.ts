import type { Content, EntryStore } from '../../src/index.ts';
import type { ManualClock } from '../manual-clock.ts';
import { MAX_HOP_MS, type SimLink } from './sim-link.ts';

/** One call of the source. */
export interface SourceCallRecord {
  /** In the order in which they began. */
  readonly number: number;
  readonly key: string;
  readonly token: number;
  readonly link: SimLink;
  readonly freezesBefore: number;
  isOver: boolean;
}

/** Looks at all that is stored, and keeps what was wrong. */
export interface Oracle {
  readonly violations: string[];
  readonly calls: SourceCallRecord[];
  /** How often each key was taken away. */
  readonly removals: ReadonlyMap<string, number>;
  /** The store as it is, with every write looked at. */
  readonly store: EntryStore;
  beginCall(key: string, token: number, link: SimLink): SourceCallRecord;
  /** A read has been answered. */
  sawRead(key: string, content: Content, tookMs: number, isWarm: boolean): void;
}

/** What one stored element says. */
export interface SimElement {
  readonly id: string;
  readonly load: number;
  readonly version: number;
}

/** The key that is loaded by `manual` tasks, which ask for no reason. */
export const FORCED_KEY = 's:forced';

/** Makes one over the true store. */
export function createOracle(inner: EntryStore, clock: ManualClock, refreshBelowMs: number): Oracle {
  const violations: string[] = [];
  const calls: SourceCallRecord[] = [];
  const lastStored = new Map<string, number>();
  const lastInvalidated = new Map<string, number>();
  const enoughSince = new Map<string, number>();
  const removals = new Map<string, number>();

  function wrong(what: string, key: string): void {
    violations.push(`${what} (${key} at ${clock.monotonic()})`);
  }
  function changed(key: string): void {
    lastInvalidated.set(key, calls.length);
    enoughSince.delete(key);
  }
  function stored(key: string, content: Content): void {
    const number = loadOf(content);
    if (number < (lastStored.get(key) ?? 0)) wrong('an older load was stored after a newer one', key);
    if (number <= (lastInvalidated.get(key) ?? 0)) wrong('a load from before an invalidation was stored after it', key);
    lastStored.set(key, number);
    enoughSince.set(key, clock.monotonic());
  }

  const store: EntryStore = {
    shapes: inner.shapes,
    async read(key, shape, part, options) {
      return inner.read(key, shape, part, options);
    },
    begin: (key, ticket, options) => inner.begin(key, ticket, options),
    async replace(key, replacement, options) {
      const outcome = await inner.replace(key, replacement, options);
      if (outcome === 'stored') stored(key, replacement.content);
      return outcome;
    },
    prolong: (key, prolongation, options) => inner.prolong(key, prolongation, options),
    async patch(key, elements, options) {
      const isThere = await inner.patch(key, elements, options);
      if (isThere) lastInvalidated.set(key, calls.length);
      return isThere;
    },
    async invalidate(key, how, options) {
      await inner.invalidate(key, how, options);
      if (how === 'remove') removals.set(key, (removals.get(key) ?? 0) + 1);
      changed(key);
    },
    admit: (source, leader, options) => inner.admit(source, leader, options),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };

  async function checkGate(call: SourceCallRecord): Promise<void> {
    if (call.key === FORCED_KEY) return;
    const entry = await inner.read(call.key, 'hash', { kind: 'whole' });
    const since = enoughSince.get(call.key);
    if (entry === undefined || since === undefined || entry.freshForMs < refreshBelowMs + 2 * MAX_HOP_MS) return;
    // Between the answer of `begin` and the call lies one message.
    if (clock.monotonic() - since > 2 * MAX_HOP_MS && call.link.freezes === call.freezesBefore) {
      wrong('the source was called though the entry was fresh', call.key);
    }
  }

  return {
    violations,
    calls,
    removals,
    store,
    beginCall(key, token, link) {
      const call = { number: calls.length + 1, key, token, link, freezesBefore: link.freezes, isOver: false };
      const isBeside = calls.some(
        (other) =>
          other.key === key &&
          !other.isOver &&
          !other.link.isCrashed &&
          !other.link.isFrozen &&
          other.link.freezes === other.freezesBefore,
      );
      if (isBeside) wrong('two loads of one key at a time', key);
      calls.push(call);
      void checkGate(call);
      return call;
    },
    sawRead(key, content, tookMs, isWarm) {
      if (content.shape === 'hash') {
        const elements = [...content.elements.values()].map(parse).filter(({ id }) => id !== 'p');
        if (elements.length !== 2 || elements[0]!.load !== elements[1]!.load) wrong('a torn read', key);
      }
      if (isWarm && tookMs > 2 * MAX_HOP_MS) wrong('a warm read waited', key);
    },
  };
}

function loadOf(content: Content): number {
  if (content.shape !== 'hash') throw new TypeError('the simulation stores hashes');
  const [bytes] = content.elements.values();
  return parse(bytes!).load;
}

function parse(bytes: Buffer): SimElement {
  return JSON.parse(bytes.toString()) as SimElement;
}
