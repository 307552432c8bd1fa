import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../workspace.mjs';
import { listSources } from './source-files.mjs';

const maxLines = 300;

/**
 * The number of lines of a text, as an editor counts them.
 *
 * @param {string} text
 * @returns {number}
 */
export function countLines(text) {
  if (text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Finds source files that have grown past what one reads in one go. */
export function checkFileSizes() {
  const problems = listSources().flatMap((file) => {
    const lines = countLines(readFileSync(join(root, file), 'utf8'));
    return lines > maxLines ? [`${file}: ${lines} lines, more than ${maxLines}: split it`] : [];
  });
  return { problems };
}
