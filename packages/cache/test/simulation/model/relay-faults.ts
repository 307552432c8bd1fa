import type { Fault } from './faults.ts';

/** What goes wrong with the relay of a machine. */
export const relayFaults: Readonly<Record<string, Fault>> = {
  'the relay is killed'({ scheduler, relay }, _node, ms) {
    relay.crash();
    scheduler.after(ms, () => relay.start());
  },
  'the relay is closed, and another one begins'({ scheduler, relay }, _node, ms) {
    void relay.close();
    scheduler.after(ms, () => relay.start());
  },
  'the relay is frozen'({ scheduler, relay }, _node, ms) {
    const { process } = relay;
    process.freeze();
    scheduler.after(ms, () => process.thaw());
  },
  'the relay is partitioned, silently'({ scheduler, relay }, _node, ms) {
    relay.link.state = 'silent';
    scheduler.after(ms, () => {
      relay.link.state = 'up';
    });
  },
  'the relay is partitioned, refused'({ scheduler, relay, server }, _node, ms) {
    relay.link.state = 'refused';
    server.kill('all');
    scheduler.after(ms, () => {
      relay.link.state = 'up';
    });
  },
  'the relay has a slow network'({ scheduler, relay }, _node, ms) {
    relay.link.slowMs = 100;
    scheduler.after(ms, () => {
      relay.link.slowMs = 0;
    });
  },
};
