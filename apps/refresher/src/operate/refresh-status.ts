import type { QueueCounts, RefreshQueue, SourceSwitches } from '@lockstep/refresh';
import type { Locks } from '@lockstep/lock';
import type { RefreshRegion } from '@lockstep/service-kit';

/** How the refreshes of a region are, for people. */
export interface RefreshStatus {
  readonly queue: QueueCounts;
  readonly sources: readonly SourceStatus[];
}

/** How one source is. */
export interface SourceStatus {
  readonly source: string;
  /** `off`: switched off in all processes; `disabled`: by the topology. */
  readonly state: 'on' | 'off' | 'disabled';
  /** Who refreshes a source that is `single`; undefined where nobody does, or anybody may. */
  readonly leader: string | undefined;
  readonly isSingle: boolean;
}

/** What is asked. */
export interface StatusSources {
  readonly refresh: RefreshRegion;
  readonly queue: Pick<RefreshQueue, 'counts'>;
  readonly switches: Pick<SourceSwitches, 'off'>;
  readonly locks: Pick<Locks, 'elect'>;
}

/** Looks without touching anything. @throws RefreshError when Redis does not answer. */
export async function readRefreshStatus({ refresh, queue, switches, locks }: StatusSources): Promise<RefreshStatus> {
  const [counts, off] = await Promise.all([queue.counts(), switches.off()]);
  const sources = await Promise.all(
    [...refresh.sources].map(async ([source, { enabled = true, single = false }]): Promise<SourceStatus> => {
      const state = !enabled ? 'disabled' : off.includes(source) ? 'off' : 'on';
      return { source, state, isSingle: single, leader: single ? await leaderOf(source, locks) : undefined };
    }),
  );
  return { queue: counts, sources };
}

async function leaderOf(source: string, locks: Pick<Locks, 'elect'>): Promise<string | undefined> {
  // Without work it only watches.
  await using election = locks.elect(`refresh:${source}`, {});
  return (await election.leader())?.id;
}

/** A line for the queue, and one for each source. */
export function renderRefreshStatus({ queue, sources }: RefreshStatus): string {
  const { waiting, active, delayed, dead, isPaused } = queue;
  const lines = sources.map(({ source, state, isSingle, leader }) =>
    [source.padEnd(16), state, ...(isSingle ? [leader === undefined ? 'nobody leads' : `led by ${leader}`] : [])].join(
      '   ',
    ),
  );
  return [
    `${isPaused ? 'paused' : 'running'}   ${waiting} waiting   ${active} active   ${delayed} delayed   ${dead} dead`,
    ...lines,
  ].join('\n');
}
