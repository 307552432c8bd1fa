/** The forms in which a journal takes writes, best first. */
export const JOURNAL_TIERS: readonly ['log', 'deletes', 'keys', 'refuse'] = ['log', 'deletes', 'keys', 'refuse'];

/**
 * How a journal takes writes: whole (`log`), stores as deletes (`deletes`), keys alone, which become deletes later
 * (`keys`), or not at all until there is room (`refuse`).
 */
export type JournalTier = (typeof JOURNAL_TIERS)[number];
