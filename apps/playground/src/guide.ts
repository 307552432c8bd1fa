import { host } from './world/layout.ts';
import type { World } from './world/world.ts';

/** What a newcomer reads first: where everything is, and lines to paste. */
export function renderGuide({ regions, topologyPath, logDirectory, coupons }: Omit<World, 'sink'>): string {
  const [near, far] = regions.map(({ layout }) => layout);
  if (near === undefined || far === undefined) throw new Error('a guide needs two regions');
  const where = regions.map(
    ({ layout }) =>
      `  ${layout.name.padEnd(8)} memcached clients: ${host}:${layout.proxyMemcached}   curl: http://${host}:${layout.proxyHttp}`,
  );
  return `
topology  ${topologyPath}
logs      ${logDirectory}

${where.join('\n')}

Write in ${near.name}, read in ${far.name} (keys that begin with user: travel with their value):
  curl -X PUT --data-binary 'Ada' 'http://${host}:${near.proxyHttp}/v1/cache/user:1?ttl=600'
  curl http://${host}:${far.proxyHttp}/v1/cache/user:1
Or as memcached clients do:
  printf 'set user:2 0 600 5\\r\\nGrace\\r\\nquit\\r\\n' | curl -s telnet://${host}:${near.proxyMemcached}
  printf 'get user:2\\r\\nquit\\r\\n' | curl -s telnet://${host}:${far.proxyMemcached}
Append to a queue that one consumer at a time empties, in order; k kills the leader (or: kill -USR2 ${process.pid}), and who refreshes the coupons:
  printf 'XADD orders * body hello\\r\\nQUIT\\r\\n' | curl -s telnet://${host}:${near.redis}
Coupons of a city (berlin, lisbon, oslo), from ${coupons?.title}, slow and changing, for readers who never wait for it:
  curl -i 'http://${host}:${near.proxyHttp}/coupons?city=oslo&limit=3'
Writes to any other key drop it in the other region; keys that begin with session: do not travel.
Ctrl-C stops everything.

`;
}
