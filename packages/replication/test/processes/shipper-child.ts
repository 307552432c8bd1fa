import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { LinkStatus } from '../../src/shipper/link-status.ts';
import type { TwoRegions } from '../two-regions.ts';

const script = fileURLToPath(new URL('shipper-process.mjs', import.meta.url));

/** A shipper from east to west in a process of its own. */
export interface ShipperChild extends AsyncDisposable {
  status(): Promise<LinkStatus>;
  /** Stops it where it is, and lets it run on. */
  freeze(): void;
  thaw(): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts one and waits until it has heard of the receiver. It ends with this process. */
export async function startShipperChild(
  { east, server }: TwoRegions,
  settings: { readonly shards: number; readonly leaseMs: number },
): Promise<ShipperChild> {
  const argument = JSON.stringify({ ...settings, port: east.port, url: server.url });
  const child: ChildProcess = fork(script, [argument], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  return {
    async status() {
      const answer = once(child, 'message');
      child.send('status');
      return ((await answer) as [LinkStatus])[0];
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
