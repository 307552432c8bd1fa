import { describe, expect, it } from 'vitest';

import { commands } from '../../src/cli/run-command.ts';
import { run } from './run.ts';

describe('hashring', () => {
  it('lists its commands', () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, printed, complaint } = run(...args);
      expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
      for (const { name, summary } of commands) expect(printed).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    }
  });

  it.each(commands)('has a help for $name', ({ name }) => {
    const { code, printed, complaint } = run(name, '--help');
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
    expect(printed).toContain(`Usage: hashring ${name}`);
    expect(run(name, '-h').printed).toBe(printed);
  });

  it('without a command complains, with its help', () => {
    const { code, printed, complaint } = run();
    expect({ code, printed }).toEqual({ code: 2, printed: '' });
    expect(complaint).toContain('Usage: hashring COMMAND');
  });

  it.each([
    [['frobnicate'], 'hashring: there is no command frobnicate; there are plan, where, compare, algorithms'],
    [
      ['plan', '--frob'],
      "hashring: plan: Unknown option '--frob'; it has --from FILE, --to FILE, --all, --json, --help",
    ],
    [['plan', '--from'], "hashring: plan: Option '--from <value>' argument missing; it has --from FILE, --to FILE"],
    [['plan', '--from', '--to', 'x'], "hashring: plan: Option '--from' argument is ambiguous; it has --from FILE"],
    [['plan', '--json=1'], "hashring: plan: Option '--json' does not take an argument; it has"],
    [['plan', '--from', 'a', '--from', 'b'], 'hashring: plan: --from is there twice'],
    [['plan'], 'hashring: plan needs --from FILE and --to FILE'],
    [['plan', '--from', '/no/such.yaml', '--to', '/no/such.yaml'], 'hashring: /no/such.yaml: there is no such file'],
    [['where', '--ring', 'x.yaml'], 'hashring: where needs a key, as in: hashring where user:42 --ring ring.yaml'],
    [['where', 'k'], 'hashring: where needs --ring FILE, or --nodes LIST with --preset NAME or --algorithm NAME'],
    [['where', 'k', '--ring', 'x', '--nodes', 'a'], 'hashring: --ring has its nodes and its algorithm in the file'],
    [
      ['where', 'k', '--nodes', 'a', '--preset', 'pecl', '--algorithm', 'ketama'],
      'hashring: --preset and --algorithm exclude',
    ],
    [
      ['where', 'k', '--nodes', 'a', '--preset', 'ketama'],
      'hashring: there is no preset "ketama"; `hashring algorithms`',
    ],
    [
      ['where', 'k', '--nodes', 'a', '--algorithm', 'pecl'],
      'hashring: there is no algorithm "pecl"; `hashring algorithms`',
    ],
    [['where', 'k', '--nodes', 'a', '--algorithm', 'toString'], 'hashring: there is no algorithm "toString"'],
    [['where', 'k', '--nodes', 'a', '--depth', '0'], 'hashring: --depth must be a positive integer'],
    [['where', 'k', '--nodes', 'a,,b'], 'hashring: --nodes: "" is not a node: expected host, host:port'],
    [
      ['where', 'k', '--nodes', 'a:1,b:0'],
      'hashring: ketama: the port of node 1 (b:0) must be an integer from 1 to 65535',
    ],
    [
      ['where', 'k', '--nodes', 'a', '--algorithm', 'ketama:hash=x'],
      'hashring: ketama:hash=x: hash of ketama must be one of',
    ],
    [
      ['where', 'k', '--nodes', 'a', '--algorithm', 'ketama:hash'],
      'hashring: ketama:hash: "hash" is not an option: expected name=value',
    ],
    [
      ['compare', 'pecl'],
      'hashring: compare needs two configurations, as in: hashring compare php-memcached twemproxy',
    ],
    [['compare', 'pecl', 'pecl', 'pecl'], 'hashring: compare needs two configurations'],
    [
      ['compare', 'pecl', 'nothing'],
      'hashring: "nothing" is no file, preset or algorithm; `hashring algorithms` lists',
    ],
    [['compare', 'pecl', 'no/such.yaml'], 'hashring: no/such.yaml: there is no such file'],
    [
      ['compare', 'pecl:strtegy=x', 'pecl'],
      'hashring: pecl:strtegy=x: pecl has no option "strtegy"; did you mean "strategy"? It has strategy',
    ],
    [['algorithms', 'x'], 'hashring: algorithms takes no argument, got x'],
  ])('complains of %j in a line, and leaves with 2', (args, message) => {
    const { code, printed, complaint } = run(...args);
    expect({ code, printed }).toEqual({ code: 2, printed: '' });
    expect(complaint).toContain(message);
    expect(complaint).toMatch(/^[^\n]+\n$/);
  });
});
