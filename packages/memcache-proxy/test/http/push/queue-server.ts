import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { FifoQueue, type Waiter } from './fifo-queue.ts';

/*
 * A queue server for tests, by the rules of Kestrel's published guide (section "Memcache"), as Kestrel itself
 * needs a JVM of its day. Queues exist once they are named. It speaks:
 *
 * - `set q FLAGS EXPTIME BYTES`: adds an item at the end, STORED. Flags are ignored; items do not expire here.
 * - `get q`, with options after slashes: takes the item at the head, `VALUE q 0 BYTES`, or END when there is none.
 *   - `t=MS` waits up to so long for an item.
 *   - `open` sets the item aside for this connection. Only one may be open: ERROR and the connection ends.
 *     While one is open, a plain `get` of the queue is refused in the same way.
 *   - `close` confirms the open item; without one it is ignored. With `open` as well, it closes and opens.
 *   - `abort` puts the open item back at the head: END, also without one.
 *   - `peek` shows the head and leaves it there.
 *   `peek` and `abort` go with neither `open` nor `close`, nor with each other: CLIENT_ERROR, and the connection ends.
 * - A connection that ends puts its open item back at the head, and no longer waits for any.
 * - `version`, `quit`, `flush q`. Anything else: CLIENT_ERROR, and the connection ends.
 *
 * Without options it reads keys as MemcacheQ does: a slash and what follows are a part of the name.
 */

/** A command as it arrived. */
export interface LoggedCommand {
  readonly connection: number;
  readonly line: string;
  /** By `performance.now()`. */
  readonly at: number;
}

/** A queue server that tests look into. */
export interface QueueServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly log: LoggedCommand[];
  /** How many connections there are. */
  readonly connections: number;
  add(queue: string, ...items: (string | Buffer)[]): void;
  /** What waits in a queue, in its order; open items are not in it. */
  items(queue: string): string[];
  /** How many items are open. */
  opened(queue: string): number;
  /** Ends all connections and takes no new ones, as a process that dies. */
  kill(): Promise<void>;
  /** Comes back on the same port, with what a journal would have kept. */
  restart(): Promise<void>;
  /** Takes connections and commands, and answers nothing. */
  freeze(): void;
}

/** How a queue server is started. */
export interface QueueServerOptions {
  /** Whether it knows the options of `get`. @default true */
  readonly hasOptions?: boolean;
}

export async function startQueueServer({ hasOptions = true }: QueueServerOptions = {}): Promise<QueueServer> {
  const queues = new Map<string, FifoQueue>();
  const log: LoggedCommand[] = [];
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let sessions = 0;
  let server: Server | undefined;
  let port = 0;

  function queueOf(name: string): FifoQueue {
    const known = queues.get(name) ?? new FifoQueue();
    queues.set(name, known);
    return known;
  }

  function serve(socket: Socket): void {
    const connection = ++sessions;
    const session: Session = { socket, hasOptions, queueOf, opened: new Map(), waiter: undefined };
    let pending = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      session.waiter?.cancel();
      for (const [name, item] of session.opened) queueOf(name).putBack(item);
      session.opened.clear();
    });
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const end = pending.indexOf('\r\n');
        if (end === -1) return;
        const line = pending.toString('latin1', 0, end);
        const bytes = /^set \S+ \d+ \d+ (\d+)$/.exec(line)?.[1];
        const next = end + 2 + (bytes === undefined ? 0 : Number(bytes) + 2);
        if (pending.length < next) return;
        const data = pending.subarray(end + 2, Math.max(end + 2, next - 2));
        pending = pending.subarray(next);
        log.push({ connection, line, at: performance.now() });
        if (!isFrozen) execute(session, line, data);
      }
    });
  }

  async function listen(): Promise<void> {
    server = createServer(serve);
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  }

  async function kill(): Promise<void> {
    const closed = new Promise((resolve) => server?.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await listen();
  return {
    host: '127.0.0.1',
    get port() {
      return port;
    },
    log,
    get connections() {
      return sockets.size;
    },
    add: (queue, ...items) => items.forEach((item) => queueOf(queue).add(Buffer.from(item))),
    items: (queue) => queueOf(queue).items.map(String),
    opened: (queue) => queueOf(queue).openCount,
    kill,
    restart: listen,
    freeze: () => void (isFrozen = true),
    [Symbol.asyncDispose]: kill,
  };
}

interface Session {
  readonly socket: Socket;
  readonly hasOptions: boolean;
  readonly queueOf: (name: string) => FifoQueue;
  readonly opened: Map<string, Buffer>;
  waiter: Waiter | undefined;
}

function execute(session: Session, line: string, data: Buffer): void {
  const { socket, queueOf } = session;
  const [verb, name = ''] = line.split(' ');
  if (verb === 'get' && name !== '') return get(session, name);
  if (verb === 'set' && name !== '') {
    queueOf(name).add(Buffer.from(data));
    socket.write('STORED\r\n');
  } else if (verb === 'flush') {
    queueOf(name).items.length = 0;
    socket.write('END\r\n');
  } else if (verb === 'version') socket.write('VERSION 2.4.2\r\n');
  else if (verb === 'quit') socket.end();
  else socket.end('CLIENT_ERROR\r\n');
}

function get(session: Session, request: string): void {
  const { socket, hasOptions, queueOf, opened } = session;
  const [name = '', ...options] = hasOptions ? request.split('/') : [request];
  const has = (option: string): boolean => options.includes(option);
  const timeout = options.find((option) => option.startsWith('t='))?.slice(2);
  const isTransaction = has('open') || has('close');
  const queue = queueOf(name);
  const answer = (item: Buffer | undefined): void => {
    if (item === undefined) socket.write('END\r\n');
    else
      socket.write(
        Buffer.concat([Buffer.from(`VALUE ${name} 0 ${item.length}\r\n`), item, Buffer.from('\r\nEND\r\n')]),
      );
  };
  if (name === '' || ((has('peek') || has('abort')) && isTransaction) || (has('peek') && has('abort'))) {
    socket.end('CLIENT_ERROR\r\n');
    return;
  }
  if (has('abort')) {
    const item = opened.get(name);
    opened.delete(name);
    if (item !== undefined) queue.putBack(item);
    answer(undefined);
    return;
  }
  if (has('close')) {
    if (opened.delete(name)) queue.confirm();
    if (!has('open')) return answer(undefined);
  }
  if (has('peek')) return answer(queue.items[0]);
  if (opened.has(name)) {
    socket.end('ERROR\r\n');
    return;
  }
  session.waiter = queue.take(timeout === undefined ? 0 : Number(timeout), (item) => {
    session.waiter = undefined;
    if (item !== undefined && has('open')) {
      opened.set(name, item);
      queue.open();
    }
    answer(item);
  });
}
