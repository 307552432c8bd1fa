import { createMemoryLog } from '../../src/memory/memory-log.ts';
import { describeInvalidationLog } from '../log-conformance.ts';
import { setupRelays } from './relay-setup.ts';

const relays = setupRelays();

describeInvalidationLog('createRelayLog over a log in memory', {
  async createLog() {
    const log = createMemoryLog();
    return relays.behind(await relays.relay(log), log);
  },
});

describeInvalidationLog('createRelayLog over a log of several shards', {
  async createLog() {
    const log = createMemoryLog({ shards: 4 });
    return relays.behind(await relays.relay(log), log);
  },
});
