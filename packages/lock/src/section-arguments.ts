import type { SectionOptions } from './acquire-options.ts';

/** What runs while something is held. */
export type Section<H, T> = (held: H) => T | PromiseLike<T>;

/** A section, with options before it or without. */
export type SectionArguments<H, T> =
  | readonly [section: Section<H, T>]
  | readonly [options: SectionOptions, section: Section<H, T>];

/**
 * The options and the section.
 *
 * @throws TypeError when there is no section.
 */
export function sectionOf<H, T>(rest: SectionArguments<H, T>): [SectionOptions, Section<H, T>] {
  const [options, section] = rest.length === 1 ? [{}, rest[0]] : rest;
  if (typeof section !== 'function') throw new TypeError('the section must be a function');
  return [options, section];
}
