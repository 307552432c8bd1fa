/** Where everything of one region listens. All of it on loopback. */
export interface RegionLayout {
  readonly name: string;
  readonly redis: number;
  readonly memcached: readonly number[];
  readonly proxyHttp: number;
  readonly proxyMemcached: number;
  readonly shipper: number;
  readonly receiver: number;
  readonly consumers: readonly number[];
  /** Two in the first region, one in the others. */
  readonly refreshers: readonly number[];
}

/** The address that everything binds. */
export const host = '127.0.0.1';

/** Ports between the first port of one region and that of the next. */
const portsPerRegion = 12;
const names = ['east', 'west', 'north', 'south', 'upper', 'lower', 'inner', 'outer'];

/** Gives each of `count` regions its name and its ports, from `basePort` upward. */
export function planRegions(count: number, basePort: number): RegionLayout[] {
  return names.slice(0, count).map((name, index) => {
    const first = basePort + index * portsPerRegion;
    return {
      name,
      redis: first,
      memcached: [first + 1, first + 2, first + 3],
      proxyHttp: first + 4,
      proxyMemcached: first + 5,
      shipper: first + 6,
      receiver: first + 7,
      consumers: [first + 8, first + 9],
      refreshers: index === 0 ? [first + 10, first + 11] : [first + 10],
    };
  });
}

/** Every port of a region with the words that tell a user what it is for. */
export function portsOf(region: RegionLayout): { port: number; purpose: string }[] {
  return [
    { port: region.redis, purpose: `Redis of ${region.name}` },
    ...region.memcached.map((port, index) => ({ port, purpose: `memcached ${index + 1} of ${region.name}` })),
    { port: region.proxyHttp, purpose: `HTTP face of the proxy of ${region.name}` },
    { port: region.proxyMemcached, purpose: `memcached face of the proxy of ${region.name}` },
    { port: region.shipper, purpose: `shipper of ${region.name}` },
    { port: region.receiver, purpose: `receiver of ${region.name}` },
    ...region.consumers.map((port, index) => ({ port, purpose: `consumer ${index + 1} of ${region.name}` })),
    ...region.refreshers.map((port, index) => ({ port, purpose: `refresher ${index + 1} of ${region.name}` })),
  ];
}
