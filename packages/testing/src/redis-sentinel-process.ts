import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ask } from './ask.ts';
import { LOOPBACK } from './free-port.ts';
import { startServer } from './start-server.ts';
import type { TestServer } from './test-server.ts';

/** What one sentinel watches, and how patient it is. */
export interface SentinelOptions {
  readonly name: string;
  readonly masterPort: number;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Starts one `redis-sentinel`. Over a restart it keeps what it has learned, which it writes into its own configuration. */
export function startSentinel(options: SentinelOptions): Promise<TestServer> {
  const { name, masterPort, quorum, downAfterMs, failoverTimeoutMs, timeoutMs, signal } = options;
  return startServer({ timeoutMs, signal }, (port, site) => {
    const configPath = join(site.dir, 'sentinel.conf');
    const lines = [
      `bind ${LOOPBACK}`,
      `port ${port}`,
      `dir "${site.dir}"`,
      'daemonize no',
      `sentinel monitor ${name} ${LOOPBACK} ${masterPort} ${quorum}`,
      `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
      `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
      `sentinel parallel-syncs ${name} 1`,
    ];
    return {
      name: 'redis-sentinel',
      port,
      socketPath: undefined,
      timeoutMs,
      losesNothingByKill: true,
      async prepare() {
        const isNew = await access(configPath).then(
          () => false,
          () => true,
        );
        if (isNew) await writeFile(configPath, `${lines.join('\n')}\n`);
        const install = '`apt-get install redis-server` or `brew install redis`';
        return { file: 'redis-server', args: [configPath, '--sentinel'], cwd: site.dir, install };
      },
      async isReady(pid) {
        const isWhole = (reply: string): boolean => /process_id:\d+\r\n/.test(reply) || /^-.*\r\n/m.test(reply);
        const reply = await ask({ host: LOOPBACK, port }, { request: 'INFO server\r\n', isWhole });
        return Number(/process_id:(\d+)\r\n/.exec(reply ?? '')?.[1]) === pid;
      },
    };
  });
}
