import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who a server runs as. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** A database server in a private directory that listens on a Unix socket there, and nowhere else. */
export interface DatabaseServer extends AsyncDisposable {
  readonly dir: string;
}

/** How one kind of server is started. */
export interface DatabaseKind {
  readonly name: string;
  readonly account: Account;
  /** The quickest end after which nothing of it stays in the system. */
  readonly stopSignal: 'SIGKILL' | 'SIGQUIT';
  /** Fills the empty data directory: a program and its arguments. */
  readonly init: (dir: string) => readonly string[];
  readonly serve: (dir: string) => readonly string[];
  /** Rejects as long as the server does not answer. */
  readonly ask: (dir: string) => Promise<unknown>;
}

// The server and its directory go away with the test, however that ends: then the shell reads the end of its input. What
// it read before is the server's process.
const KEEPER = `
trap '' HUP INT TERM
server=
while read -r line; do server=$line; done
if [ -n "$server" ]; then kill -s "\${1#SIG}" "$server" 2>/dev/null; fi
tries=0
while [ -e "$2" ] && [ "$tries" -lt 50 ]; do
  rm -rf -- "$2" 2>/dev/null
  tries=$((tries + 1))
  if [ -e "$2" ]; then sleep 0.1; fi
done
`;

/** The first of the names that is a program, as a path; a name without a slash is looked for on the PATH. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = names.flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** An account for a server that refuses to run as root: none, for the test's own, where the test is not root. */
export async function accountFor(...users: string[]): Promise<Account> {
  if (userInfo().uid !== 0) return {};
  for (const user of users) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout)),
      );
      return { uid: uid!, gid: gid! };
    } catch {
      // There is no such user here: try the next one.
    }
  }
  throw new Error(`a root needs one of the users ${users.join(', ')}`);
}

/** Starts a server. It answers when this resolves. */
export async function startDatabase(kind: DatabaseKind): Promise<DatabaseServer> {
  const dir = await mkdtemp(join(tmpdir(), `lockstep-${kind.name}-`));
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', kind.stopSignal, dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  let server: ChildProcess | undefined;
  const close = async (): Promise<void> => {
    await end(server, () => server?.kill(kind.stopSignal));
    await end(keeper, () => keeper.stdin.end());
  };
  try {
    const { uid, gid } = kind.account;
    if (uid !== undefined && gid !== undefined) await chown(dir, uid, gid);
    const options = { ...kind.account, cwd: dir, env: { ...process.env, LC_ALL: 'C' } };
    const [installer, ...initArgs] = kind.init(dir);
    await run(installer!, initArgs, options);
    const [file, ...serveArgs] = kind.serve(dir);
    server = spawn(file!, serveArgs, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    keeper.stdin.write(`${server.pid}\n`);
    await answer(kind, dir, server);
    return { dir, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function answer(kind: DatabaseKind, dir: string, server: ChildProcess): Promise<void> {
  const output: string[] = [];
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text: Buffer) => output.push(String(text)));
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      await kind.ask(dir);
      return;
    } catch (error) {
      if (performance.now() > until || server.exitCode !== null) {
        throw new Error(`${kind.name} does not answer: ${output.join('').slice(-2000)}`, { cause: error });
      }
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  }
}

async function end(child: ChildProcess | undefined, ask: () => unknown): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  ask();
  await ended;
}
