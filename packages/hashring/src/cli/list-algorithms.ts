import type { Algorithm } from '../algorithms/algorithm.ts';
import { algorithms } from '../algorithms/algorithms.ts';
import type { OptionRule } from '../algorithms/option-rules.ts';
import { presetNames, presetOptions } from '../config/preset-options.ts';
import { type ArgumentSpec, parseArguments, renderHelp } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { renderTable } from './table.ts';

const SPEC: ArgumentSpec = {
  command: 'algorithms',
  usage: ['algorithms'],
  about:
    'Lists the presets, with the algorithm that each is by default, and the algorithms, with their options and defaults.',
  options: {},
};

/** `hashring algorithms`: what there is. */
export const listAlgorithms: Command = {
  name: 'algorithms',
  summary: 'every algorithm and preset',
  run(args, print) {
    const { flags, positionals } = parseArguments(SPEC, args);
    if (flags.has('help')) {
      print(renderHelp(SPEC));
      return 0;
    }
    if (positionals.length > 0) throw new UsageError(`algorithms takes no argument, got ${positionals[0]}`);
    const presets = presetNames.map((name) => ({ name, default: presetOptions(name) }));
    const all = (Object.values(algorithms) as Algorithm<object>[]).map(describe);
    if (flags.has('json')) {
      print(`${JSON.stringify({ presets, algorithms: all }, undefined, 2)}\n`);
      return 0;
    }
    const lines = presets.map(({ name, default: options }) => [name, options.algorithm ?? 'ketama']);
    print(`${renderTable([['preset', 'algorithm by default'], ...lines])}\n`);
    print(
      renderTable([
        ['algorithm', 'weights', 'dead nodes', 'options'],
        ...all.map(({ name, weights, ejects, options }) => {
          const pairs = options.map((option) => `${option.name}=${JSON.stringify(option.default)}`);
          return [name, weights, ejects ? 'ejected' : '', pairs.join(' ')];
        }),
      ]),
    );
    return 0;
  },
};

function describe({ name, weights, ejects = false, options }: Algorithm<object>) {
  const rules = Object.entries(options as Readonly<Record<string, OptionRule<unknown>>>);
  return {
    name,
    weights,
    ejects,
    options: rules.map(([option, rule]) => ({ name: option, default: rule.default, expected: rule.expected })),
  };
}
