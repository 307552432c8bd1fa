import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { choosePorts } from '../src/world/free-ports.ts';
import { planRegions, portsOf } from '../src/world/layout.ts';

describe('planRegions', () => {
  it('gives every role of every region a port of its own', () => {
    const ports = planRegions(8, 4500).flatMap(portsOf);
    expect(new Set(ports.map(({ port }) => port)).size).toBe(8 * 11 + 1);
  });
});

describe('choosePorts', () => {
  let taken: Server | undefined;
  afterEach(() => void taken?.close());

  async function takeAnyPort(): Promise<number> {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    return (taken.address() as AddressInfo).port;
  }

  it('names a port in use and what it was wanted for', async () => {
    const port = await takeAnyPort();
    await expect(choosePorts(2, port - 4)).rejects.toThrow(`port ${port} (HTTP face of the proxy of east) is in use`);
  });

  it('takes the block the user named when it is free', async () => {
    // Below what other tests listen on and what the system hands to outgoing connections; what else runs on this
    // machine may have taken a block, which is not held against it.
    await expect
      .poll(async () => {
        const base = 2000 + 100 * Math.floor(Math.random() * 120);
        const { regions, notice } = await choosePorts(2, base);
        return [regions[0]!.redis - base, notice];
      })
      .toEqual([0, undefined]);
  });
});
