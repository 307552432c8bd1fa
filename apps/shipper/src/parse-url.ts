import { commandMistake } from '@lockstep/service-kit';

/**
 * Reads `--url` of a command: where the running shipper answers.
 *
 * @throws an error of usage when it is no plain http or https URL.
 */
export function parseUrl(command: string, text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // fetch takes none with a name and a password in it.
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  throw commandMistake(command, '--url must be an http or https URL without credentials and query');
}
