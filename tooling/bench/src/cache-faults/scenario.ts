import type { Fleet } from './fleet.ts';

/** How much is done and how long is waited. */
export type Extent = 'quick' | 'thorough';

/** Something that happens to a fleet, and what is counted afterwards. */
export interface Scenario {
  readonly name: string;
  /** What the figures mean, in the order of the columns. */
  readonly columns: readonly ScenarioColumn[];
  /** Does it to a fresh fleet. */
  run(fleet: Fleet, extent: Extent): Promise<Figures>;
}

/** One column of the table. */
export interface ScenarioColumn {
  readonly figure: string;
  /** The head, for the extent that was run. */
  title(extent: Extent): string;
}

/** What was counted, by the name of the figure. */
export type Figures = Readonly<Record<string, number>>;
