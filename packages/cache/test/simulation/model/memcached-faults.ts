import type { Fault } from './faults.ts';

/** What goes wrong with memcached and on the way to it. */
export const memcachedFaults: Readonly<Record<string, Fault>> = {
  'is cut off from memcached, silently'({ scheduler }, { memcachedLink }, ms) {
    memcachedLink.state = 'silent';
    scheduler.after(ms, () => {
      memcachedLink.state = 'up';
    });
  },
  'is cut off from memcached, refused'({ scheduler, memcached }, { memcachedLink }, ms) {
    memcachedLink.state = 'refused';
    memcached.cutAll();
    scheduler.after(ms, () => {
      memcachedLink.state = 'up';
    });
  },
  'has a slow network to memcached'({ scheduler }, { memcachedLink }, ms) {
    memcachedLink.slowMs = 100;
    scheduler.after(ms, () => {
      memcachedLink.slowMs = 0;
    });
  },
  'memcached loses its connections': ({ memcached }) => memcached.cutAll(),
  'memcached is frozen'({ scheduler, memcached }, _node, ms) {
    memcached.process.freeze();
    scheduler.after(ms, () => memcached.process.thaw());
  },
  'memcached restarts'(world, _node, ms) {
    world.lostDataAt = world.scheduler.now;
    world.memcached.stop();
    world.scheduler.after(ms, () => {
      world.lostDataAt = world.scheduler.now;
      world.memcached.start();
    });
  },
  flush_all(world) {
    world.lostDataAt = world.scheduler.now;
    world.memcached.model.clear();
  },
  'memcached evicts an item'({ memcached, random, trace }) {
    const { model } = memcached;
    // A fence that is evicted is a broken promise of whoever gave memcached too little memory.
    const evictable = model.keys().filter((key) => !/:f[:#]/.test(key));
    if (evictable.length === 0) return;
    const key = random.pick(evictable);
    trace.add('FAULT', `memcached evicted ${key}`);
    model.evict(key);
  },
};
