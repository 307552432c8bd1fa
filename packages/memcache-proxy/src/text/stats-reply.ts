import type { ServerStats } from './server-stats.ts';
import { ERROR_LINE, STATS_DETAIL_LINE } from './reply-line.ts';

/** What a server knows of itself besides its counters. */
export interface StatsFacts {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly timeSeconds: number;
  readonly connections: number;
  /** Name and value of what `stats settings` shows. */
  readonly settings: readonly (readonly [string, string | number])[];
}

/**
 * The answer to `stats` and what follows it. The numbers are the proxy's own; what lies in the nodes behind it
 * (items, slabs, sizes) is none of it, and those answers are empty.
 */
export function statsReply(words: readonly string[], stats: ServerStats, facts: StatsFacts): string {
  switch (words[0]) {
    case undefined:
      return lines(general(stats, facts));
    case 'settings':
      return lines(facts.settings);
    case 'reset':
      stats.reset();
      return 'RESET\r\n';
    case 'items':
    case 'slabs':
    case 'conns':
    case 'extstore':
      return lines([]);
    case 'sizes':
      return lines([['sizes_status', 'disabled']]);
    case 'detail':
      return detail(words[1]);
    case 'cachedump':
      return words.length < 3 ? 'CLIENT_ERROR bad command line\r\n' : lines([]);
    default:
      return `${ERROR_LINE}\r\n`;
  }
}

/** Nothing is counted by key prefix, whatever a client asks. */
function detail(word: string | undefined): string {
  if (word === 'on' || word === 'off') return 'OK\r\n';
  return word === 'dump' ? lines([]) : `${STATS_DETAIL_LINE}\r\n`;
}

function lines(entries: readonly (readonly [string, string | number])[]): string {
  return `${entries.map(([name, value]) => `STAT ${name} ${value}\r\n`).join('')}END\r\n`;
}

function general(stats: ServerStats, facts: StatsFacts): readonly (readonly [string, string | number])[] {
  const { user, system } = process.cpuUsage();
  return [
    ['pid', process.pid],
    ['uptime', facts.uptimeSeconds],
    ['time', facts.timeSeconds],
    ['version', facts.version],
    ['pointer_size', 64],
    ['rusage_user', (user / 1e6).toFixed(6)],
    ['rusage_system', (system / 1e6).toFixed(6)],
    ['curr_connections', facts.connections],
    ['total_connections', stats.totalConnections],
    ['rejected_connections', stats.rejectedConnections],
    ['cmd_get', stats.cmdGet],
    ['cmd_set', stats.cmdSet],
    ['cmd_flush', stats.cmdFlush],
    ['cmd_touch', stats.cmdTouch],
    ['cmd_meta', stats.cmdMeta],
    ['get_hits', stats.getHits],
    ['get_misses', stats.getMisses],
    ['delete_misses', stats.deleteMisses],
    ['delete_hits', stats.deleteHits],
    ['incr_misses', stats.incrMisses],
    ['incr_hits', stats.incrHits],
    ['decr_misses', stats.decrMisses],
    ['decr_hits', stats.decrHits],
    ['cas_misses', stats.casMisses],
    ['cas_hits', stats.casHits],
    ['cas_badval', stats.casBadval],
    ['touch_hits', stats.touchHits],
    ['touch_misses', stats.touchMisses],
    ['store_too_large', stats.storeTooLarge],
    ['idle_kicks', stats.idleKicks],
    ['bytes_read', stats.bytesRead],
    ['bytes_written', stats.bytesWritten],
    ['accepting_conns', 1],
    ['threads', 1],
    ['cmd_delete', stats.cmdDelete],
    ['cmd_incr', stats.cmdIncr],
    ['cmd_decr', stats.cmdDecr],
    ['cmd_cas', stats.cmdCas],
    ['slow_clients', stats.slowClients],
    ['upstream_failures', stats.upstreamFailures],
  ];
}
