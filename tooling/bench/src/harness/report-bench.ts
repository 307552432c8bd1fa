/** A bench that does not compare speeds in turns but counts; it has a table of its own. */
export interface Report {
  /** What `--list` shows and `--case` chooses from. */
  readonly cases: readonly string[];
  run(request: ReportRequest): Promise<ReportResult>;
}

/** What is wanted of a report. */
export interface ReportRequest {
  readonly quick: boolean;
  /** Whether a case was asked for. */
  readonly isWanted: (name: string) => boolean;
  /** Called with the name of each case before it runs. */
  readonly onProgress: (name: string) => void;
}

/** What a report found. */
export interface ReportResult {
  /** For people, in Markdown. */
  readonly table: string;
  /** For machines. */
  readonly results: readonly object[];
}
