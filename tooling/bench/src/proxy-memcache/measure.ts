import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { cores, pinProcesses } from '../harness/pinning.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import { openLoad, tcpClient } from './load.ts';
import type { ProxyKind } from './proxy-kind.ts';
import type { Work } from './workload.ts';

/**
 * A proxy under load. It has the core for contestants to itself: the clients move to the core of memcached.
 *
 * @param measure `throughput`: commands per second. `cpu`: microseconds of the proxy's processor time per command, which
 * says what the proxy costs also where clients and memcached are the limit.
 */
export function proxyContestant(kind: ProxyKind, work: Work, measure: 'throughput' | 'cpu'): Contestant {
  return {
    name: kind.name,
    async open(params) {
      await pinProcesses(cores.servers, [process.pid]);
      const server = await kind.start(params);
      try {
        const load = await openLoad(work, server.connect ?? tcpClient(server.port));
        return {
          async run(durationMs) {
            if (measure === 'throughput') return load.run(durationMs);
            const [startedAt, before] = [performance.now(), await processorMicroseconds(server.pid)];
            const perSecond = await load.run(durationMs);
            const [endedAt, after] = [performance.now(), await processorMicroseconds(server.pid)];
            return (after - before) / ((perSecond * (endedAt - startedAt)) / 1000);
          },
          async [Symbol.asyncDispose]() {
            await load[Symbol.asyncDispose]();
            await server[Symbol.asyncDispose]();
          },
        };
      } catch (error) {
        await server[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** What the clients could do at most: they talk to memcached itself. */
export function withoutProxy(work: Work): Contestant {
  return {
    name: 'no proxy',
    async open(params) {
      await pinProcesses(cores.servers, [process.pid]);
      return openLoad(work, tcpClient(Number(requireParam(params, 'port'))));
    },
  };
}
