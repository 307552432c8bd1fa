import { blaming } from '../config/config-error.ts';
import { readRing } from '../config/read-ring.ts';
import { type ArgumentSpec, parseArguments, renderHelp } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { describeOptions } from './describe-ring.ts';
import { movementPlan, type MovementPlan } from './movement-plan.ts';
import { percent, signedPercent } from './percent.ts';
import { renderTable } from './table.ts';

const SPEC: ArgumentSpec = {
  command: 'plan',
  usage: ['plan --from OLD --to NEW'],
  about: [
    'Says what happens to the keys when a fleet goes from one ring to another: the share of each node before and after,',
    'and how much moves. A file is a ring of our own (algorithm or preset, options, nodes), a nutcracker.yml (FILE#POOL',
    'where it has several pools), an mcrouter configuration, or the JSON of a ring. One of our own reads like this:',
    '',
    '  preset: php-memcached                    algorithm: ketama',
    '  options: {libketamaCompatible: true}     hash: md5',
    '  nodes:                                   nodes:',
    '    - cache-1:11211                          - {host: cache-1, port: 11211, weight: 2}',
    '    - cache-2:11211:2                        - /var/run/memcached.sock',
  ].join('\n'),
  options: {
    from: { value: 'FILE', help: 'the ring before' },
    to: { value: 'FILE', help: 'the ring after' },
    all: { help: 'print every move, not only the ten biggest' },
  },
};

/** `hashring plan`: what moves between two rings. */
export const plan: Command = {
  name: 'plan',
  summary: 'what moves when a fleet goes from one ring to another',
  run(args, print) {
    const { values, flags, positionals } = parseArguments(SPEC, args);
    if (flags.has('help')) {
      print(renderHelp(SPEC));
      return 0;
    }
    const { from, to } = values;
    if (from === undefined || to === undefined || positionals.length > 0) {
      throw new UsageError('plan needs --from FILE and --to FILE, and nothing else');
    }
    const before = readRing(from);
    const after = readRing(to);
    const result = blaming(`${from} and ${to}`, () => movementPlan(before, after));
    if (flags.has('json')) {
      print(`${JSON.stringify({ from: before.options, to: after.options, ...result }, undefined, 2)}\n`);
      return 0;
    }
    print(
      `${renderTable([
        ['from', from, `${before.nodes.length} nodes`, describeOptions(before)],
        ['to', to, `${after.nodes.length} nodes`, describeOptions(after)],
      ])}\n`,
    );
    print(renderPlan(result, flags.has('all')));
    return 0;
  },
};

/** How many moves are printed without `--all`. */
const TOP = 10;

function renderPlan(result: MovementPlan, all: boolean): string {
  const { nodes, moves, moved, minimum, exact, samples, sharesExact } = result;
  const shares = nodes.map(({ node, before, after, change }) => [
    node,
    before === null ? '-' : percent(before),
    after === null ? '-' : percent(after),
    signedPercent(change),
    before === null ? 'new' : after === null ? 'gone' : '',
  ]);
  const how = exact ? 'exact' : `sampled over ${samples.toLocaleString('en')} keys`;
  const shown = all ? moves : moves.slice(0, TOP);
  const parts = [
    renderTable([['node', 'before', 'after', 'change', ''], ...shares], ['left', 'right', 'right', 'right', 'left']),
    sharesExact ? '' : 'The shares of the nodes are sampled.\n',
    `${percent(moved)} of the keys move (${how}); ${percent(minimum)} is the least that had to.\n`,
    shown.length === 0
      ? ''
      : renderTable(
          [['from', 'to', 'share'], ...shown.map(({ from, to, share }) => [from, to, percent(share)])],
          ['left', 'left', 'right'],
        ),
    shown.length < moves.length ? `… and ${moves.length - shown.length} smaller moves: --all prints them\n` : '',
    ...result.warnings.map((warning) => `warning: ${warning}\n`),
  ];
  return parts.filter((part) => part !== '').join('\n');
}
