#!/usr/bin/env node
import { startReaders } from './coupons/readers.ts';
import { renderGuide } from './guide.ts';
import { parseOptions, type PlaygroundOptions, usage, UsageError } from './options.ts';
import { isInStep, renderReport } from './verify/report.ts';
import { verify } from './verify/verify.ts';
import { listenForKills } from './view/listen-for-kills.ts';
import { createNotices } from './view/notices.ts';
import { Sampler } from './view/sampler.ts';
import { showLive } from './view/show.ts';
import { choosePorts } from './world/free-ports.ts';
import { killLeaders } from './world/kill-leaders.ts';
import { startWorld, type World } from './world/world.ts';

const exitBadUsage = 2;
const exitInterrupted = 130;
const notices = createNotices(process.stdout);
const { say } = notices;

// Everything of ours has been closed by then; npm `memcached` goes on reconnecting after its `end()`.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // More than once: a Ctrl-C in `npm start` arrives from the terminal and again from npm.
    process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
  }
  let options: PlaygroundOptions | undefined;
  try {
    options = parseOptions(args);
    if (options === undefined) {
      process.stdout.write(usage);
      return 0;
    }
    return await run(options, interrupt);
  } catch (error) {
    // Ctrl-C is how the demo is meant to end; a verification that it cut short proves nothing.
    if (interrupt.signal.aborted && !(error instanceof AggregateError)) {
      return options?.verify === true ? exitInterrupted : 0;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? exitBadUsage : 1;
  }
}

async function run(options: PlaygroundOptions, interrupt: AbortController): Promise<number> {
  const { signal } = interrupt;
  const { regions, notice } = await choosePorts(options.regions, options.basePort);
  if (notice !== undefined) say(notice);
  say(
    `starting ${regions.map(({ name }) => name).join(' and ')}: Redis, memcached, proxy, shipper${options.verify ? '' : ', two consumers, refreshers'} and receiver for each`,
  );
  const world = await startWorld({
    regions,
    memoryMb: options.verify ? 512 : 64,
    withStories: !options.verify,
    database: options.database,
    notify: say,
    signal,
  });
  try {
    return options.verify ? await runVerify(world, options, signal) : await runDemo(world, interrupt);
  } finally {
    say('stopping everything');
    await world.stop();
  }
}

async function runDemo(world: World, interrupt: AbortController): Promise<number> {
  const { signal } = interrupt;
  const { coupons } = world;
  if (coupons === undefined) throw new Error('a demo needs its coupons');
  process.stdout.write(renderGuide(world));
  let killing: Promise<void> | undefined;
  const onKill = (): void => {
    // One after the other: a consumer that is being killed cannot be killed.
    killing ??= killLeaders(world, say, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
      })
      .finally(() => (killing = undefined));
  };
  const onInterrupt = (): void => interrupt.abort(new Error('stopped by Ctrl-C'));
  notices.leaveToView();
  const stopListening = listenForKills(process.stdin, { onKill, onInterrupt });
  try {
    await using readers = startReaders(
      world.regions.map(({ layout }) => layout),
      coupons.served,
    );
    await using sampler = new Sampler(world, readers);
    await Promise.race([showLive(() => sampler.sample(), process.stdout, signal, notices.take), interrupted(signal)]);
    return 0;
  } finally {
    stopListening();
    notices.flush();
    await killing;
  }
}

async function runVerify(world: World, { seconds, seed }: PlaygroundOptions, signal: AbortSignal): Promise<number> {
  say(`verifying for ${seconds} s with --seed ${seed}`);
  const verifying = verify(world, { seconds, seed, report: say, signal });
  const report = await Promise.race([verifying, interrupted(signal)]);
  process.stdout.write(`\n${renderReport(report)}`);
  return isInStep(report) ? 0 : 1;
}

/** Rejects as soon as the user wants to stop, whatever is still waited for. */
function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
