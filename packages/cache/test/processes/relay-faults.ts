import { setTimeout as wait } from 'node:timers/promises';

import type { RealFault } from './real-faults.ts';

/** What happens to the relay of a host, and to the socket that its processes hear it by. */
export const relayFaults: Readonly<Record<string, RealFault>> = {
  'SIGKILL of the relay': ({ host }) => host!.replaceRelay(),
  async 'SIGSTOP of the relay'({ host }, _, ms) {
    const { child } = host!;
    child.kill('SIGSTOP');
    await wait(ms);
    child.kill('SIGCONT');
  },
  async 'a cut of the socket of the relay'({ host }) {
    host!.gate.cut();
  },
  async 'a blocked socket of the relay that is cut'({ host }, _, ms) {
    host!.gate.block();
    await wait(ms);
    host!.gate.cut();
    host!.gate.unblock();
  },
};
