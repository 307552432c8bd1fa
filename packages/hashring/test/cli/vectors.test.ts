import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { vectorsCommand } from '../../src/cli/vectors.ts';
import { createRing } from '../../src/index.ts';

const observed = fileURLToPath(new URL('../vectors', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashring-vectors-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs the command and gives back what it printed, blanks folded, and its exit code. */
function run(...args: string[]): { code: number; text: string; lines: string[] } {
  let text = '';
  const code = vectorsCommand(args, (more) => (text += more));
  const lines = text.split('\n').map((line) => line.trimEnd().replaceAll(/ +/g, ' '));
  return { code, text, lines };
}

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const servers = [{ host: 'a' }, { host: 'b', port: 11_212, weight: 3 }, { path: '/run/c.sock' }];
const keys = ['one', 'two', 'three', 'é', '🔑', ''];

/** A file in our own names, whose picks are those of a ring of ours. */
function ownFile(): { client: string; keys: string[]; scenarios: { [name: string]: unknown; picks: number[] }[] } {
  const options = { hash: 'jenkins', sortHosts: true } as const;
  const nodes = servers.map(({ path, ...server }) => ({ host: path ?? '', ...server }));
  const { pick } = createRing(nodes, { algorithm: 'ketama', ...options });
  return {
    client: 'my own',
    keys,
    scenarios: [{ id: 'mine', algorithm: 'ketama', options, servers, picks: keys.map((key) => pick(key)) }],
  };
}

describe('hashring vectors', () => {
  it('finds every observed placement of every client as it was observed', () => {
    vi.stubEnv('INIT_CWD', dirname(observed));
    const { code, lines } = run('vectors');
    expect(lines.slice(21)).toEqual(['total 748 311,595 0 0 175', '']);
    expect(code).toBe(0);
  });

  it('checks a file in our own names without a rule for it', () => {
    const file = ownFile();
    write('own.json', file);
    expect(run(folder)).toMatchObject({
      code: 0,
      lines: [
        'file scenarios cases mismatches skipped refused client',
        'own.json 1 6 0 0 0 my own',
        'total 1 6 0 0 0',
        '',
      ],
    });
  });

  it('fails for one planted wrong pick, and shows it', () => {
    const file = ownFile();
    const { picks } = file.scenarios[0]!;
    picks[3] = (picks[3]! + 1) % servers.length;
    write('own.json', file);
    const { code, lines } = run(folder);
    expect(code).toBe(1);
    expect(lines).toContain('own.json 1 6 1 0 0 my own');
    const right = (picks[3] + 2) % servers.length;
    expect(lines).toContain(`own.json: mine: key "é", expected ${picks[3]}, answered ${right}`);
  });

  it.each(['twemproxy.json', 'libmemcached-c.json', 'flexihash.json', 'failover.json'])(
    'fails for one wrong answer among those of %s',
    (name) => {
      const file = JSON.parse(readFileSync(join(observed, name), 'utf8')) as { scenarios: unknown[] };
      const last = file.scenarios.at(-1) as Record<string, unknown>;
      const wrong = (value: unknown): unknown =>
        Array.isArray(value) ? [...(value as unknown[]), 0] : Number(value) + 1;
      if (name === 'flexihash.json') {
        const lists = file.scenarios.find((scenario) => Object.hasOwn(scenario as object, 'listsHead'));
        const { picks } = (lists as { listsHead: { picks: unknown[] } }).listsHead;
        picks[7] = wrong(picks[7]);
      } else {
        (last['picks'] as unknown[])[7] = wrong((last['picks'] as unknown[])[7]);
      }
      write(name, file);
      const { code, text } = run(folder, '--json');
      expect(code).toBe(1);
      expect(JSON.parse(text)).toMatchObject({ total: { mismatches: 1, skipped: 0 } });
    },
  );

  it('shows the first five mismatches and counts the others', () => {
    const file = ownFile();
    const { picks } = file.scenarios[0]!;
    file.scenarios[0]!.picks = picks.map((pick) => pick + 7);
    write('own.json', file);
    const { lines } = run(folder);
    expect(lines.filter((line) => line.includes('expected'))).toHaveLength(5);
    expect(lines).toContain('own.json: and 1 more mismatches');
  });

  it('does not count keys that the client refused', () => {
    const file = ownFile();
    file.scenarios[0]!.picks[0] = -1;
    write('own.json', file);
    expect(run(folder)).toMatchObject({ code: 0 });
    expect(run(folder).lines).toContain('own.json 1 5 0 0 1 my own');
  });

  it('fails for a file of which nothing is compared, beside others that are right', () => {
    const file = ownFile();
    write('own.json', file);
    file.scenarios[0]!.picks.fill(-1);
    write('idle.json', file);
    const { code, lines } = run(folder);
    expect(code).toBe(1);
    expect(lines).toContain('idle.json 1 0 0 0 6 my own');
    expect(lines).toContain('idle.json: nothing was compared');
  });

  it.each([
    ['an algorithm that there is not', { algorithm: 'nonsense' }, 'algorithm must be one of'],
    ['the name of a method of every object', { algorithm: 'constructor' }, 'algorithm must be one of'],
    ['an option that its algorithm does not have', { options: { nonsense: 1 } }, 'ketama has no option "nonsense"'],
    ['no servers', { servers: [] }, 'a ring needs at least one node'],
  ])('fails for a scenario with %s, which it cannot check', (_what, change, reason) => {
    const file = ownFile();
    Object.assign(file.scenarios[0]!, change);
    write('own.json', file);
    const { code, lines } = run(folder);
    expect(code).toBe(1);
    expect(lines).toContain('own.json 1 0 0 1 0 my own');
    expect(lines.find((line) => line.startsWith('own.json: mine was skipped: '))).toContain(reason);
  });

  it.each([
    ['that is not JSON', '{"client":', 'JSON'],
    ['that holds something else', '[]', 'a vector file must be an object, got []'],
    ['without scenarios', '{}', 'scenarios must be a list, got nothing'],
    ['with an empty list of scenarios', '{"scenarios": []}', 'scenarios is empty'],
    ['with a scenario that is none', '{"scenarios": [7]}', 'scenario 0 must be an object, got 7'],
    ['with a scenario without algorithm', '{"scenarios": [{"id": "x"}]}', 'scenario x needs an algorithm'],
    ['with a scenario without picks', '{"scenarios": [{"algorithm": "ketama"}]}', 'scenario 0 has no picks'],
    [
      'with fewer picks than keys',
      '{"keys": ["a", "b"], "scenarios": [{"algorithm": "ketama", "picks": [1]}]}',
      'scenario 0 has 1 picks for 2 keys',
    ],
    [
      'with picks that are no numbers',
      '{"keys": ["a"], "scenarios": [{"algorithm": "ketama", "picks": ["a:11211"]}]}',
      'item 0 of picks of scenario 0 is not as it must be: "a:11211"',
    ],
  ])('fails for a file %s, and checks the others', (_what, content, reason) => {
    write('broken.json', content);
    write('own.json', ownFile());
    const { code, lines } = run(folder);
    expect(code).toBe(1);
    expect(lines).toContain('own.json 1 6 0 0 0 my own');
    expect(lines.find((line) => line.startsWith('broken.json: '))).toContain(reason);
  });

  it('prints the same as one JSON document', () => {
    const file = ownFile();
    file.scenarios[0]!.picks[0]! += 3;
    write('own.json', file);
    write('broken.json', '');
    const { code, text } = run(folder, '--json');
    expect(code).toBe(1);
    const total = { scenarios: 1, cases: 6, mismatches: 1, skipped: 0, refused: 0 };
    const expected = file.scenarios[0]!.picks[0]!;
    const example = { key: '"one"', expected, question: 'picks', answered: expected - 3 };
    expect(JSON.parse(text)).toEqual({
      files: [
        {
          file: 'broken.json',
          error: expect.stringContaining('JSON') as string,
          scenarios: 0,
          cases: 0,
          mismatches: 0,
          skipped: 0,
          refused: 0,
          failures: [],
        },
        {
          file: 'own.json',
          client: 'my own',
          ...total,
          failures: [{ scenario: 'mine', algorithm: 'ketama', mismatches: 1, examples: [example] }],
        },
      ],
      total,
    });
  });

  it('takes a relative folder from where the user stands, whatever pnpm changed to', () => {
    mkdirSync(join(folder, 'inner'));
    cpSync(join(observed, 'npm-memjs.json'), join(folder, 'inner', 'npm-memjs.json'));
    vi.stubEnv('INIT_CWD', folder);
    expect(run('inner').lines[1]).toContain('npm-memjs.json');
    expect(() => run('elsewhere')).toThrow(`there is no folder ${join(folder, 'elsewhere')}`);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => run()).toThrow('vectors needs one folder');
    expect(() => run(folder, folder)).toThrow('vectors needs one folder');
    expect(() => run(folder)).toThrow(`there is no vector file (*.json) in ${folder}`);
    expect(() => run('--nonsense', folder)).toThrow("vectors: Unknown option '--nonsense'");
  });
});
