import { describe, expect, it } from 'vitest';

import { parseAppArguments } from '../../src/process/app-arguments.ts';

const parse = (...argv: string[]) => parseAppArguments(argv, { name: 'app' });

describe('parseAppArguments', () => {
  it.each([[['--config', 'a.yaml', '--region', 'east']], [['--region=east', '--config=a.yaml']]])(
    'reads %j',
    (argv) => {
      expect(parse(...argv)).toEqual({ kind: 'run', config: 'a.yaml', region: 'east' });
    },
  );

  it('takes --help and --version before everything else', () => {
    expect(parse('--help')).toMatchObject({ kind: 'help', text: expect.stringContaining('--region NAME') });
    expect(parse('-h', '--config', 'a')).toMatchObject({ kind: 'help' });
    expect(parse('--version')).toEqual({ kind: 'version' });
  });

  it.each([
    [[], '--config FILE and --region NAME are missing'],
    [['--config', 'a'], '--region NAME is missing'],
    [['--config'], '--config needs a value'],
    [['--config', '--region', 'east'], '--config needs a value'],
    [['--config='], '--config needs a value'],
    [['--config', 'a', '--config', 'b'], '--config is given twice'],
    [['--regoin', 'east'], 'unknown option --regoin, did you mean --region?'],
    [['-x'], 'unknown option -x'],
    [['--help=yes'], '--help takes no value'],
    [['a.yaml'], 'unexpected argument "a.yaml"'],
    [['--', 'a.yaml'], 'unexpected argument "a.yaml"'],
  ])('says on one line what is wrong with %j', (argv, what) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_KIT_ARGUMENTS',
        problems: [`app: ${what}; usage: app --config FILE --region NAME (--help says more)`],
      }),
    );
  });
});
