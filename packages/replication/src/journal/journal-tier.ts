/** The forms in which a journal takes writes, best first. */
const JOURNAL_TIERS: readonly ['log', 'deletes', 'keys', 'classes', 'refuse'] = [
  'log',
  'deletes',
  'keys',
  'classes',
  'refuse',
];

/**
 * How a journal takes writes: whole (`log`), stores as deletes (`deletes`), keys alone, which become deletes later
 * (`keys`), classes alone, all of whose keys are cleared later (`classes`), or, where there are no classes, not at
 * all until there is room (`refuse`).
 */
export type JournalTier = (typeof JOURNAL_TIERS)[number];

/** The worst of these tiers. */
export function worstTier(tiers: readonly JournalTier[]): JournalTier {
  return JOURNAL_TIERS[Math.max(...tiers.map((tier) => JOURNAL_TIERS.indexOf(tier)))] ?? 'log';
}
