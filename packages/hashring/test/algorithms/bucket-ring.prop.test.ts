import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRing, fromJSON, type Ring, type RingJSON, type RingOptions } from '../../src/index.ts';

const nodes = (count: number): { readonly host: string }[] =>
  Array.from({ length: count }, (_, index) => ({ host: `node-${index}` }));
const keys = Array.from({ length: 2000 }, (_, index) => `key:${index}`);
const hosts = (ring: Ring): string[] => keys.map((key) => ring.get(key).host);
const stateOf = (ring: Ring): { removed: unknown[] } => ring.toJSON().state as { removed: unknown[] };
const subjects: readonly RingOptions[] = [
  { algorithm: 'anchor' },
  { algorithm: 'anchor', capacity: 100, hash: 'siphash24' },
  { algorithm: 'memento' },
  { algorithm: 'memento', hash: 'md5' },
];

describe.each(subjects)('%o', (options) => {
  const history = fc.array(fc.oneof(fc.constant('join' as const), fc.nat({ max: 30 })), { maxLength: 12 });

  interface Life {
    readonly ring: Ring;
    /** How many keys moved without need, between two nodes of which neither joined nor left. */
    readonly needless: number;
  }

  /** Lets nodes join and leave, until a ring of anchor is full. */
  function live(start: number, events: readonly ('join' | number)[]): Life {
    let ring: Ring = createRing(nodes(start), options);
    let needless = 0;
    let next = start;
    for (const event of events) {
      const before = hosts(ring);
      const joins = event === 'join' || ring.nodes.length === 1;
      if (joins && options.algorithm === 'anchor' && stateOf(ring).removed.length === 0) break;
      const index = joins ? -1 : event % ring.nodes.length;
      const guest = joins ? `node-${next++}` : ring.nodes[index]!.host;
      ring = joins ? ring.with({ host: guest }) : ring.without(index);
      const after = hosts(ring);
      needless += after.filter((host, i) => host !== before[i] && host !== guest && before[i] !== guest).length;
    }
    return { ring, needless };
  }

  it('moves only the keys of the node that leaves or joins, whatever happened before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), history, (start, events) => {
        expect(live(start, events).needless).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('gives a node that joins its share', () => {
    const ring = live(10, [3, 0]).ring.with({ host: 'new' });
    const count = hosts(ring).filter((host) => host === 'new').length;
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(300);
  });

  it('spreads keys evenly, whatever happened before', () => {
    const { ring } = live(20, [3, 3, 11, 'join', 0, 0, 7]);
    const shares = ring.shares().shares.map((share) => share * ring.nodes.length);
    expect(Math.max(...shares)).toBeLessThan(1.06);
    expect(Math.min(...shares)).toBeGreaterThan(0.94);
  });

  it('prefers after its node the one that it would go to without that', () => {
    fc.assert(
      fc.property(history, fc.string(), (events, key) => {
        let { ring } = live(9, events);
        const order = ring.replicas(key, ring.nodes.length).map((index) => ring.nodes[index]!.host);
        expect([...ring.sequence(key)].map((index) => ring.nodes[index]!.host)).toEqual(order);
        for (const host of order) {
          expect(ring.get(key).host).toBe(host);
          if (ring.nodes.length > 1) ring = ring.without({ host });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives a node that comes back the keys that it had', () => {
    const ring = createRing(nodes(9), options);
    const back = ring.without(4).without(1).with({ host: 'node-1' }).with({ host: 'node-4' });
    expect(hosts(back)).toEqual(hosts(ring));
  });

  it('is restored from JSON with its history, and goes on with it', () => {
    const { ring } = live(12, [2, 'join', 5, 5]);
    const read: Ring = fromJSON(JSON.parse(JSON.stringify(ring)) as RingJSON);
    expect(hosts(read)).toEqual(hosts(ring));
    expect(hosts(read.without(0).with({ host: 'new' }))).toEqual(hosts(ring.without(0).with({ host: 'new' })));
    expect(hosts(createRing(ring.nodes, options))).not.toEqual(hosts(ring));
  });

  it('has forgotten a node that joined when it has left', () => {
    const { ring } = live(7, [2, 'join']);
    expect(ring.with({ host: 'guest' }).without({ host: 'guest' }).toJSON()).toEqual(ring.toJSON());
    const fresh = createRing(nodes(7), options);
    expect(fresh.with({ host: 'guest' }).without({ host: 'guest' }).toJSON()).toEqual(fresh.toJSON());
  });

  it('does not hand out what would change it', () => {
    const ring = createRing(nodes(9), options).without(3);
    expect(() => stateOf(ring).removed.pop()).toThrow(TypeError);
  });

  it.each([
    ['of other nodes', { size: 16, buckets: [0, 1], removed: [] }],
    ['with a bucket twice', { size: 3, buckets: [0, 1, 1], removed: [] }],
    ['with a bucket that is not there', { size: 3, buckets: [0, 1, 3], removed: [] }],
    ['of another size', { size: 5, buckets: [0, 1, 2], removed: [3] }],
    ['with a bucket that is not a number', { size: 3, buckets: [0, 1, '2'], removed: [] }],
    ['without buckets', { size: 3 }],
    ['that is null', null],
  ])('refuses a state %s', (_what, state) => {
    const json = { ...createRing(nodes(3), options).toJSON(), state };
    expect(() => fromJSON(json)).toThrow(
      new TypeError(`the state must be one that toJSON gave for these nodes, got ${JSON.stringify(state)}`),
    );
  });
});

describe('anchor', () => {
  it('refuses more nodes than its capacity, and says so', () => {
    const full = createRing(nodes(4), { algorithm: 'anchor', capacity: 4 });
    expect(() => full.with({ host: 'new' })).toThrow(
      'all 4 buckets are taken: a ring with a larger capacity is another ring',
    );
    expect(() => createRing(nodes(5), { algorithm: 'anchor', capacity: 4 })).toThrow(
      'the capacity of anchor must be at least 5, got 4',
    );
  });

  it.each([
    [1, 64],
    [32, 64],
    [33, 128],
    [1000, 2048],
  ])('has room for %i nodes and as many more by default', (count, capacity) => {
    const ring = createRing(nodes(count), { algorithm: 'anchor' });
    expect(ring.toJSON().state).toMatchObject({ size: capacity });
    expect(hosts(ring)).toEqual(hosts(createRing(nodes(count), { algorithm: 'anchor', capacity })));
  });
});

describe.each([{ algorithm: 'jump' }, { algorithm: 'binomial' }] as const)('%o', (options) => {
  it('loses its last node, and refuses to lose another by name', () => {
    const ring = createRing(nodes(6), options);
    expect(hosts(ring.without(5))).toEqual(hosts(createRing(nodes(5), options)));
    expect(() => ring.without(2)).toThrow(`${options.algorithm} cannot lose node 2, only the last one`);
    expect(() => ring.without(2)).toThrow('anchor, memento and maglev can lose any node');
    expect(ring.toJSON()).not.toHaveProperty('state');
  });

  it('prefers after its node the one that MementoHash would take', () => {
    const orders = keys.map((key) => createRing(nodes(8), options).replicas(key, 8));
    expect(orders.every((order) => new Set(order).size === 8)).toBe(true);
    for (const node of [0, 3, 7]) {
      const seconds = orders.filter(([first]) => first === node).map(([, second]) => second);
      expect(new Set(seconds).size).toBe(7);
    }
    if (options.algorithm !== 'jump') return;
    const memento = createRing(nodes(8), { algorithm: 'memento' });
    expect(orders).toEqual(keys.map((key) => memento.replicas(key, 8)));
  });
});
