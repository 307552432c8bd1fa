import { commandMistake, parseCommandLine, type RegionArguments, requireRegion } from '@lockstep/service-kit';

/** What an operator may ask for. */
export type Operation =
  | { readonly kind: 'status'; readonly json: boolean }
  | { readonly kind: 'pause' | 'resume' }
  | { readonly kind: 'enable' | 'disable'; readonly source: string }
  | { readonly kind: 'refresh'; readonly keys: readonly string[] }
  | { readonly kind: 'dead-ls'; readonly json: boolean }
  | { readonly kind: 'dead-retry' | 'dead-drop'; readonly keys: readonly string[]; readonly all: boolean };

/** What a command line asks for. */
export type OperateArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly operation: Operation; readonly place: RegionArguments };

/** The first words of command lines that are for operators. */
export const operations: readonly string[] = ['status', 'pause', 'resume', 'enable', 'disable', 'refresh', 'dead'];

/** What messages call the command. */
export const operateCommand = 'lockstep-refresher';

/** What `--help` prints. */
export const operateUsage: string = [
  'Usage: lockstep-refresher COMMAND --config FILE --region NAME',
  '',
  '  status [--json]            the queue, and who may refresh each source',
  '  pause, resume              no task is begun in any process until resume',
  '  disable SOURCE, enable …   the kill switch of a source, in all processes; what is stored is served',
  '  refresh KEY…               queues a refresh of each key, such as coupons:oslo',
  '  dead ls [--json]           tasks that failed for good, the newest first',
  '  dead retry KEY… | --all    queues them again',
  '  dead drop KEY… | --all     forgets them',
  '',
  'Exit code: 0; 1 when something failed, or nobody leads a source that is single; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line of an operator.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseOperateArguments(args: readonly string[]): OperateArguments {
  const parsed = parseCommandLine(operateCommand, { args: [...args], options, allowPositionals: true });
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  const operation = operationOf(positionals, values);
  return { kind: 'run', operation, place: requireRegion(operateCommand, values) };
}

function operationOf(
  [verb = '', ...rest]: readonly string[],
  { json = false, all = false }: { readonly json?: boolean | undefined; readonly all?: boolean | undefined },
): Operation {
  switch (verb) {
    case 'status':
      none(verb, rest);
      return { kind: verb, json };
    case 'pause':
    case 'resume':
      none(verb, rest);
      return { kind: verb };
    case 'enable':
    case 'disable': {
      const [source, ...more] = rest;
      if (source === undefined) throw commandMistake(operateCommand, `${verb} needs the name of a source`);
      none(`${verb} ${source}`, more);
      return { kind: verb, source };
    }
    case 'refresh':
      return { kind: verb, keys: some(verb, rest) };
    case 'dead':
      return deadOperation(rest, json, all);
    default:
      throw commandMistake(operateCommand, `unknown command ${JSON.stringify(verb)}`);
  }
}

function deadOperation([verb = '', ...keys]: readonly string[], json: boolean, all: boolean): Operation {
  switch (verb) {
    case 'ls':
      none('dead ls', keys);
      return { kind: 'dead-ls', json };
    case 'retry':
    case 'drop':
      if (all) none(`dead ${verb} --all`, keys);
      return { kind: `dead-${verb}`, keys: all ? [] : some(`dead ${verb}`, keys), all };
    default:
      throw commandMistake(operateCommand, 'dead needs ls, retry or drop');
  }
}

function none(what: string, rest: readonly string[]): void {
  if (rest.length > 0)
    throw commandMistake(operateCommand, `${what} takes nothing more, got ${JSON.stringify(rest[0])}`);
}

function some(what: string, keys: readonly string[]): readonly string[] {
  if (keys.length > 0) return keys;
  throw commandMistake(operateCommand, `${what} needs a key such as coupons:oslo`);
}
