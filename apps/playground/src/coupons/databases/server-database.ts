import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sleep } from '@lockstep/core';

import { Keeper } from '../../world/keeper.ts';
import type { Coupon } from '../coupon.ts';
import { createTable, replaceRows } from '../coupon-statements.ts';
import type { Account } from './account.ts';
import type { CouponDatabase } from './coupon-database.ts';
import { runProgram } from './run-program.ts';

const askEveryMs = 50;
const restartDelayMs = 3000;

/** How one kind of database server is run. Every command is a program and its arguments. */
export interface ServerKind {
  readonly title: string;
  /** Part of the name of its directory; short, since a path of a socket has at most 104 bytes. */
  readonly name: string;
  readonly account: Account;
  /** The quickest end after which nothing of it stays in the system. */
  readonly stopSignal: 'SIGKILL' | 'SIGQUIT';
  /** The loader in the topology. */
  readonly load: (directory: string) => object;
  /** Fills the empty data directory. */
  readonly init: (directory: string) => readonly string[];
  readonly serve: (directory: string) => readonly string[];
  /** A client that reads statements, and fails with the first that does. */
  readonly client: (directory: string) => readonly string[];
  /** What is said to the new server first: the reader, who may only read. */
  readonly setUp: string;
  /** What is said before everything else then. */
  readonly use: string;
}

/** A server of its own, in a private directory that nobody else may enter, reached by a Unix socket there and nowhere else. */
export function createServerDatabase(kind: ServerKind, notify: (what: string) => void): CouponDatabase {
  const directory = mkdtempSync(join(tmpdir(), `lockstep-coupons-${kind.name}-`));
  const keeper = new Keeper(directory, kind.stopSignal);
  const { uid, gid } = kind.account;
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
  const options = { account: kind.account, cwd: directory };
  const closing = new AbortController();
  let server: ChildProcess | undefined;
  let closed: Promise<void> | undefined;
  let starting: Promise<void> | undefined;

  const say = (statements: string, signal?: AbortSignal): Promise<string> =>
    runProgram(kind.client(directory), { ...options, input: statements, signal });

  function serve(): void {
    const [file = '', ...args] = kind.serve(directory);
    const child = spawn(file, args, {
      ...kind.account,
      cwd: directory,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: 'ignore',
      detached: true,
    });
    server = child;
    keeper.watch(child.pid);
    const again = (): void => {
      keeper.watch(undefined);
      if (closing.signal.aborted) return;
      notify(`${kind.title} ended; starting it again in ${restartDelayMs / 1000} s`);
      const timer = setTimeout(() => {
        if (!closing.signal.aborted) serve();
      }, restartDelayMs);
      timer.unref();
    };
    child.once('error', again);
    child.once('exit', again);
  }

  async function start(signal: AbortSignal): Promise<void> {
    await runProgram(kind.init(directory), { ...options, signal });
    signal.throwIfAborted();
    serve();
    for (;;) {
      try {
        await say('SELECT 1;\n', signal);
        break;
      } catch (error) {
        if (signal.aborted) throw error;
        if (server?.exitCode != null || server?.signalCode != null) {
          throw new Error(`${kind.title} ended at once`, { cause: error });
        }
        await sleep(askEveryMs, { signal });
      }
    }
    await say(kind.setUp + kind.use + createTable, signal);
  }

  async function close(): Promise<void> {
    closing.abort(new Error(`${kind.title} is closed`));
    await starting?.catch(() => {});
    const child = server;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(kind.stopSignal);
      await ended;
    }
    await keeper.close();
  }

  return {
    title: kind.title,
    load: kind.load(directory),
    environment: {},
    start: (signal) => (starting ??= start(AbortSignal.any([signal, closing.signal]))),
    async write(coupons: readonly Coupon[]) {
      await say(kind.use + replaceRows(coupons), closing.signal);
    },
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}
