import type { Scheduler } from '../world/scheduler.ts';
import type { Trace } from '../world/trace.ts';

/** Versions of rows by their keys. */
export type Versions = ReadonlyMap<string, number>;

interface Confirmation {
  readonly version: number;
  readonly at: number;
}

/** What was served where, and since when the caller had been waiting for it. */
export interface ServedRead {
  readonly node: string;
  readonly key: string;
  readonly version: number;
  readonly beganAt: number;
  readonly by: string;
}

/** What a broken promise looks like. */
export interface Violation {
  readonly rule: 'bound' | 'own' | 'everywhere' | 'quiescence' | 'settles';
  readonly text: string;
}

/** The true time for which a process with the slowest clock may take `ms`. */
export const slowestClock = 0.99;

/** Knows what must not be served any more, and by whom. */
export class Oracle {
  readonly violations: Violation[] = [];
  reads = 0;
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #boundMs: number;
  readonly #confirmed = new Map<string, Confirmation[]>();
  readonly #everywhere = new Map<string, Confirmation[]>();
  readonly #own = new Map<string, Confirmation[]>();
  readonly #owed = new Map<string, Map<string, number>>();

  constructor(options: { scheduler: Scheduler; trace: Trace; maxStalenessMs: number }) {
    this.#scheduler = options.scheduler;
    this.#trace = options.trace;
    this.#boundMs = options.maxStalenessMs / slowestClock;
  }

  /** The log has the invalidation of these versions. */
  confirm(node: string, versions: Versions): void {
    this.#record(this.#confirmed, versions, '');
    this.#record(this.#own, versions, `${node} `);
    for (const [key, version] of versions) if (this.#owedBy(node).get(key) === version) this.#owedBy(node).delete(key);
  }

  confirmEverywhere(versions: Versions): void {
    this.#record(this.#everywhere, versions, '');
  }

  /** The node has promised to go on trying, for as long as it lives. */
  owe(node: string, versions: Versions): void {
    for (const [key, version] of versions) this.#owedBy(node).set(key, version);
  }

  /** The node is gone, and with it what it owed. */
  forget(node: string): void {
    this.#owed.delete(node);
    for (const key of this.#own.keys()) if (key.startsWith(`${node} `)) this.#own.delete(key);
  }

  /** Checks a read at the moment at which it is served. */
  served({ node, key, version, beganAt, by }: ServedRead): void {
    this.reads++;
    const tell = (rule: Violation['rule'], { version: newer, at }: Confirmation): void => {
      const age = (beganAt - at).toFixed(1);
      this.report(rule, `${node} ${by} ${key} served v${version}; v${newer} was confirmed ${age} ms before the read`);
    };
    const stale = find(this.#confirmed.get(key), version, beganAt - this.#boundMs);
    if (stale !== undefined) tell('bound', stale);
    const own = find(this.#own.get(`${node} ${key}`), version, beganAt);
    if (own !== undefined) tell('own', own);
    const everywhere = find(this.#everywhere.get(key), version, beganAt);
    if (everywhere !== undefined) tell('everywhere', everywhere);
  }

  /** Checks what is left when everything is healed and quiet. */
  left(node: string, by: string, key: string, version: number): void {
    this.reads++;
    const required = this.requiredVersion(key);
    if (version < required) this.report('quiescence', `${node} ${by} ${key} is v${version}, v${required} was promised`);
  }

  /** The version that nobody may be behind once everything is healed. */
  requiredVersion(key: string): number {
    const confirmed = (this.#confirmed.get(key) ?? []).map(({ version }) => version);
    const owed = [...this.#owed.values()].map((versions) => versions.get(key) ?? 0);
    return Math.max(0, ...confirmed, ...owed);
  }

  report(rule: Violation['rule'], text: string): void {
    this.violations.push({ rule, text });
    this.#trace.add('ORACLE', `${rule}: ${text}`);
  }

  #owedBy(node: string): Map<string, number> {
    const owed = this.#owed.get(node) ?? new Map<string, number>();
    this.#owed.set(node, owed);
    return owed;
  }

  #record(into: Map<string, Confirmation[]>, versions: Versions, prefix: string): void {
    for (const [key, version] of versions) {
      const list = into.get(prefix + key) ?? [];
      list.push({ version, at: this.#scheduler.now });
      into.set(prefix + key, list);
    }
  }
}

/** A newer version that was confirmed before a moment. */
function find(list: readonly Confirmation[] = [], version: number, before: number): Confirmation | undefined {
  return list.find((each) => each.version > version && each.at < before);
}
