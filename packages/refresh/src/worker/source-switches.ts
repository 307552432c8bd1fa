/** The kill switch of each source, which holds in all processes that share them. */
export interface SourceSwitches {
  /** Whether the source may be called. Never rejects: while the switches cannot be read, the last known one holds. */
  isOn(source: string): Promise<boolean>;
  /** @throws RefreshError ERR_REFRESH_STORE when the switches did not answer. */
  set(source: string, isOn: boolean): Promise<void>;
  /** The sources that are switched off. @throws RefreshError ERR_REFRESH_STORE when the switches did not answer. */
  off(): Promise<string[]>;
}

/** Kill switches of one process. */
export function createMemorySwitches(): SourceSwitches {
  const off = new Set<string>();
  return {
    isOn: async (source) => !off.has(source),
    async set(source, isOn) {
      if (isOn) off.delete(source);
      else off.add(source);
    },
    off: async () => [...off],
  };
}
