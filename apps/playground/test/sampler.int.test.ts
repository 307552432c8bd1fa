import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RegionLayout } from '../src/world/layout.ts';
import type { Region, World } from '../src/world/world.ts';
import { Sampler } from '../src/view/sampler.ts';
import { tiers } from '../src/view/snapshot.ts';

/** Where nothing listens. */
const nowhere = 1;

let page: readonly string[] = [];
const shipper = createServer((_request, response) => response.end(`${page.join('\n')}\n`));
beforeAll(() => new Promise<void>((resolve) => void shipper.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  shipper.closeAllConnections();
  shipper.close();
});

function regionOf(name: string, shipperPort: number): Region {
  const layout: RegionLayout = {
    name,
    redis: nowhere,
    memcached: [nowhere],
    proxyHttp: nowhere,
    proxyMemcached: nowhere,
    shipper: shipperPort,
    receiver: nowhere,
    consumers: [],
    refreshers: [],
  };
  return { layout, consumers: [], refreshers: [] } as unknown as Region;
}

function openSampler(): Sampler {
  const { port } = shipper.address() as AddressInfo;
  const regions = [regionOf('east', port), regionOf('west', nowhere), regionOf('north', nowhere)];
  const sink = { acceptedOf: () => 0 } as unknown as World['sink'];
  const readers = { faultsOf: () => ({ duplicates: 0, torn: 0 }) } as unknown as ConstructorParameters<
    typeof Sampler
  >[1];
  return new Sampler({ regions, sink, coupons: undefined }, readers);
}

/** A link of the east as the shipper's page has it. */
function linkTo(to: string, shipped: number, tier?: number): string[] {
  const labels = `{from="east",to="${to}"}`;
  return [
    `lockstep_link_lag_seconds${labels} 1.5`,
    `lockstep_link_queued_operations${labels} 20`,
    `lockstep_link_shipped_operations_total${labels} ${shipped}`,
    ...(tier === undefined ? [] : [`lockstep_link_tier${labels} ${tier}`]),
  ];
}

describe('the sampler', () => {
  it.each([...tiers.entries()])(
    'takes the %i of a shipper for the tier %s, of each link its own',
    async (tier, name) => {
      page = [...linkTo('west', 0, tier), ...linkTo('north', 0, 0)];
      await using sampler = openSampler();
      const { links } = await sampler.sample();
      expect(links.slice(0, 2)).toEqual([
        { from: 'east', to: 'west', state: { lagMs: 1500, queued: 20, opsPerSecond: 0, tier: name } },
        { from: 'east', to: 'north', state: { lagMs: 1500, queued: 20, opsPerSecond: 0, tier: 'log' } },
      ]);
    },
  );

  it('shows the tiers in which a journal goes down them', () => {
    expect(tiers).toEqual(['log', 'deletes', 'keys', 'classes']);
  });

  it('takes a shipper that names no tier, or one that is not known here, for one that takes writes whole', async () => {
    page = [...linkTo('west', 0), ...linkTo('north', 0, 9)];
    await using sampler = openSampler();
    const { links } = await sampler.sample();
    expect(links.slice(0, 2).map(({ state }) => state?.tier)).toEqual(['log', 'log']);
  });

  it('has no state of a link whose shipper does not answer, or does not know it', async () => {
    page = linkTo('west', 0, 1);
    await using sampler = openSampler();
    const { links } = await sampler.sample();
    expect(links.map(({ from, to, state }) => `${from} ${to} ${state?.tier}`)).toEqual([
      'east west deletes',
      'east north undefined',
      'west east undefined',
      'west north undefined',
      'north east undefined',
      'north west undefined',
    ]);
  });

  it('counts what was shipped since the look before, and nothing when a shipper counts anew', async () => {
    page = linkTo('west', 1000);
    await using sampler = openSampler();
    const rate = async (): Promise<number | undefined> => (await sampler.sample()).links[0]!.state?.opsPerSecond;
    expect(await rate()).toBe(0);
    page = linkTo('west', 2_000_000_000);
    expect(await rate()).toBeGreaterThan(0);
    page = linkTo('west', 10);
    expect(await rate()).toBe(0);
  });
});
