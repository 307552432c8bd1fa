import type { RingNode } from '../ring/ring.ts';
import { listOf, recordOf } from './expect-shape.ts';

/** Placements observed on one client. */
export interface VectorFile {
  readonly client: string;
  readonly scenarios: readonly Scenario[];
}

/** One configuration of a client, and where it put keys. */
export interface Scenario {
  readonly id: string;
  readonly algorithm: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly nodes: readonly RingNode[];
  readonly cases: readonly Case[];
}

/** One key and what was observed: an index of `nodes` or a number of another kind, or a list of indexes. */
export interface Case {
  readonly key: string | Uint8Array;
  readonly expected: number | readonly number[];
  /** Which of a scenario's questions it answers: `picks`, or `lists`, `listsHead` and `casesHex`. */
  readonly question: string;
}

/** What a client said to a key. */
type Observation = Case['expected'];

/**
 * Reads a file of the format `{client, keys, scenarios: [{id, algorithm, options, servers, picks, keys?}]}`.
 *
 * A server is `{host, port, weight, label}` of which a ring may want less, or `{path, weight}` for a unix socket.
 * `picks[i]` is what was observed for `keys[i]`, -1 where the client refused the key or found no server for it. In place of `picks`, or besides,
 * a scenario may have `lists: {picks}`, each an order of nodes, and `casesHex: [[key in hexadecimal, observed], …]`.
 *
 * @throws SyntaxError for text that is not JSON.
 * @throws TypeError that says what is missing, and in which scenario.
 */
export function parseVectorFile(text: string): VectorFile {
  const file = recordOf(JSON.parse(text), 'a vector file');
  const scenarios = listOf(file['scenarios'], 'scenarios', isAnything);
  if (scenarios.length === 0) throw new TypeError('scenarios is empty: the file says nothing');
  return {
    client: typeof file['client'] === 'string' ? file['client'] : 'unknown client',
    scenarios: scenarios.map((raw, index) => parseScenario(raw, index, file['keys'])),
  };
}

function parseScenario(value: unknown, index: number, shared: unknown): Scenario {
  const raw = recordOf(value, `scenario ${index}`);
  const id = typeof raw['id'] === 'string' ? raw['id'] : String(index);
  const where = `scenario ${id}`;
  const { algorithm } = raw;
  if (typeof algorithm !== 'string') throw new TypeError(`${where} needs an algorithm`);
  const cases = readCases(raw, where, raw['keys'] ?? shared);
  if (cases.length === 0) throw new TypeError(`${where} has no picks`);
  return {
    id,
    algorithm,
    options: recordOf(raw['options'] ?? {}, `options of ${where}`),
    nodes: listOf(raw['servers'] ?? [], `servers of ${where}`, isRecord).map(({ path, ...server }) => {
      return { host: path ?? '', ...server } as RingNode;
    }),
    cases,
  };
}

function readCases(raw: Readonly<Record<string, unknown>>, where: string, keys: unknown): Case[] {
  const cases: Case[] = listOf(raw['casesHex'] ?? [], `casesHex of ${where}`, isHexCase).map(([hex, expected]) => {
    return { key: Buffer.from(hex, 'hex'), expected, question: 'casesHex' };
  });
  const ask = (question: string, answers: readonly Observation[]): void => {
    const asked = listOf(keys, `keys of ${where}`, isString);
    if (answers.length !== asked.length) {
      throw new TypeError(`${where} has ${answers.length} ${question} for ${asked.length} keys`);
    }
    for (const [i, expected] of answers.entries()) cases.push({ key: asked[i]!, expected, question });
  };
  if (raw['picks'] !== undefined) ask('picks', listOf(raw['picks'], `picks of ${where}`, isNumber));
  for (const question of ['lists', 'listsHead']) {
    if (raw[question] === undefined) continue;
    const { picks } = recordOf(raw[question], `${question} of ${where}`);
    ask(question, listOf(picks, `${question} of ${where}`, isNumbers));
  }
  return cases;
}

const isAnything = (_value: unknown): _value is unknown => true;
const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isNumber);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isHexCase = (value: unknown): value is readonly [string, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && /^([0-9a-f]{2})*$/i.test(value[0]) && isNumber(value[1]);
