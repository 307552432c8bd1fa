import type { Logger } from 'pino';

import type { Fleet } from '../cluster/fleet.ts';
import type { Region, Topology } from '../topology/topology.ts';
import type { Environment } from './environment.ts';

/** What an app is given to start with. */
export interface AppContext {
  readonly name: string;
  readonly version: string;
  readonly topology: Topology;
  /** The region that this process serves. */
  readonly region: Region;
  readonly regionName: string;
  readonly environment: Environment;
  /** Owned by `runApp`. Never log keys or values of the cache. */
  readonly logger: Logger;
  /** Aborts when the process is asked to stop, before the app is disposed. */
  readonly signal: AbortSignal;
  /** The other workers, where there are several. Pass it to `createAdminServer`. */
  readonly fleet?: Fleet;
}

/** An app that has started. Disposing it stops the intake, drains and closes. */
export interface RunningApp extends AsyncDisposable {
  /** Where it listens, by name, for the log line `ready`. */
  readonly addresses?: Readonly<Record<string, string>>;
  /**
   * Goes over to another version of the topology without a failed request. Rejects when it cannot,
   * and then goes on with the version in use. Without it the topology is read once and not watched.
   */
  reload?(topology: Topology, region: Region): Promise<void>;
}

/** An app as `runApp` runs it. */
export interface App {
  /** Name of the command. */
  readonly name: string;
  readonly version: string;
  /** Paragraphs at the end of what `--help` prints. @default none */
  readonly notes?: readonly string[];
  /**
   * Looks at what only this app can judge, at the start and before every reload.
   *
   * @throws ServiceError that says what is wrong: the version is refused.
   */
  check?(topology: Topology, region: Region): void;
  /** How many processes share the work; `auto` is one per core. @default 1 */
  workers?(region: Region): number | 'auto';
  /** Starts everything. When it rejects, the process ends, so it need not undo what it did. */
  start(context: AppContext): Promise<RunningApp>;
  /** Milliseconds that a shutdown may take. @default 10000 */
  readonly shutdownDeadlineMs?: number;
}
