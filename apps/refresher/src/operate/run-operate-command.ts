import type { DeadTask } from '@lockstep/refresh';
import { type CommandIo, runCommand } from '@lockstep/service-kit';

import { type Operation, operateCommand, operateUsage, parseOperateArguments } from './operate-arguments.ts';
import { openRefresh, type RefreshBundle } from './open-refresh.ts';
import { readRefreshStatus, renderRefreshStatus } from './refresh-status.ts';

/** As many as are shown at once. */
const maxDead = 1000;

/**
 * Runs a command of an operator and resolves with the exit code: 0; 1 when something failed, or nobody leads a source
 * that is single; 2 for wrong arguments. Never rejects.
 */
export function runOperateCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(operateCommand, io, async () => {
    const command = parseOperateArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${operateUsage}\n`);
      return 0;
    }
    await using bundle = await openRefresh(operateCommand, command.place, io);
    const { lines, code = 0 } = await operate(command.operation, bundle);
    if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
    return code;
  });
}

interface Outcome {
  readonly lines: readonly string[];
  readonly code?: number;
}

function operate(operation: Operation, bundle: RefreshBundle): Promise<Outcome> {
  switch (operation.kind) {
    case 'status':
      return showStatus(operation.json, bundle);
    case 'pause':
    case 'resume':
      return pauseOrResume(operation.kind, bundle);
    case 'enable':
    case 'disable':
      return switchSource(operation.source, operation.kind === 'enable', bundle);
    case 'refresh':
      return queueAll(operation.keys, bundle);
    case 'dead-ls':
      return listDead(operation.json, bundle);
    case 'dead-retry':
    case 'dead-drop':
    default:
      return settleDead(operation, bundle);
  }
}

async function showStatus(json: boolean, bundle: RefreshBundle): Promise<Outcome> {
  const status = await readRefreshStatus(bundle);
  const isLed = status.sources.every(({ isSingle, leader }) => !isSingle || leader !== undefined);
  return { lines: [json ? JSON.stringify(status) : renderRefreshStatus(status)], code: isLed ? 0 : 1 };
}

async function pauseOrResume(what: 'pause' | 'resume', { queue }: RefreshBundle): Promise<Outcome> {
  await queue[what]();
  return { lines: [what === 'pause' ? 'no task is begun from now on' : 'tasks are begun again'] };
}

async function switchSource(source: string, isOn: boolean, bundle: RefreshBundle): Promise<Outcome> {
  assertSource(source, bundle);
  await bundle.switches.set(source, isOn);
  return { lines: [`${source} is ${isOn ? 'on' : 'off'} in all processes within a second or two`] };
}

async function queueAll(keys: readonly string[], bundle: RefreshBundle): Promise<Outcome> {
  for (const key of keys) assertSource(key.split(':', 1)[0]!, bundle);
  return { lines: await Promise.all(keys.map((key) => queueOne(key, bundle))) };
}

async function listDead(json: boolean, { queue }: RefreshBundle): Promise<Outcome> {
  const dead = await queue.deadTasks({ limit: maxDead });
  const render = ({ key, failedAt, attempts, error }: DeadTask): string =>
    `${key}   ${new Date(failedAt).toISOString()}   ${attempts} attempts   ${error}`;
  return { lines: dead.map((task) => (json ? JSON.stringify(task) : render(task))) };
}

async function queueOne(key: string, { queue }: RefreshBundle): Promise<string> {
  const outcome = await queue.enqueue({ key, reason: 'manual', requestedAt: Date.now() });
  return `${key}   ${outcome === 'queued' ? 'is queued' : 'was queued already'}`;
}

async function settleDead(
  { kind, keys, all }: Extract<Operation, { kind: 'dead-retry' | 'dead-drop' }>,
  { queue }: RefreshBundle,
): Promise<Outcome> {
  const how = kind === 'dead-retry' ? 'retry' : 'drop';
  const done = how === 'retry' ? 'is queued again' : 'is forgotten';
  if (all) {
    const lines: string[] = [];
    for await (const page of queue.settleAllDead(how)) lines.push(...page.map((key) => `${key}   ${done}`));
    return { lines };
  }
  const settled = await Promise.all(
    [...new Set(keys)].map(async (key) => ({ key, isDone: await queue.settleDead(key, how) })),
  );
  return {
    lines: settled.map(({ key, isDone }) => `${key}   ${isDone ? done : 'is not among the dead'}`),
    code: settled.every(({ isDone }) => isDone) ? 0 : 1,
  };
}

/** @throws Error naming those that there are. */
function assertSource(source: string, { refresh }: RefreshBundle): void {
  if (refresh.sources.has(source)) return;
  throw new Error(
    `there is no source ${JSON.stringify(source)}; the topology has ${[...refresh.sources.keys()].join(', ')}`,
  );
}
