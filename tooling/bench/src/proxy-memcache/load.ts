import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

import { answerTo, batchesOf, fillAnswers, fillCommands, type Work } from './workload.ts';

/** Clients that do nothing but write what was put together beforehand and look at the answers. */
export interface Load extends AsyncDisposable {
  /** Works for about that long; answers with commands per second. */
  run(durationMs: number): Promise<number>;
}

/** Opens a connection of one client, and has `take` called with what it reads. */
export type ConnectClient = (take: (chunk: Buffer) => void) => Promise<Socket>;

/** One piece of memory for all sockets: each tells of what it read before the next one reads. */
const memory = Buffer.allocUnsafeSlow(65_536);

/** Connects to a port of loopback or to a path, for as little processor time as Node can. */
export async function connectClient(target: NetConnectOpts, take: (chunk: Buffer) => void): Promise<Socket> {
  const callback = (length: number): boolean => {
    take(memory.subarray(0, length));
    return true;
  };
  const socket = connect({ ...target, noDelay: true, onread: { buffer: memory, callback } });
  await once(socket, 'connect');
  return socket;
}

/** Plain TCP on loopback. */
export function tcpClient(port: number): ConnectClient {
  return (take) => connectClient({ port, host: '127.0.0.1' }, take);
}

/**
 * Connects the clients of a work, and stores the values that they will read.
 *
 * @throws Error when an answer is another one than memcached's.
 */
export async function openLoad(work: Work, connectOne: ConnectClient): Promise<Load> {
  const batches = batchesOf(work);
  const answer = answerTo(work);
  const clients: LoadClient[] = [];
  for (let index = 0; index < work.connections; index += 1) clients.push(await LoadClient.open(connectOne));
  const load: Load = {
    async run(durationMs) {
      const startedAt = performance.now();
      const endsAt = startedAt + durationMs;
      const counts = await Promise.all(
        clients.map((client, index) => client.repeat({ batches, answer, depth: work.depth, first: index, endsAt })),
      );
      return (counts.reduce((sum, count) => sum + count, 0) * 1000) / (performance.now() - startedAt);
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
    },
  };
  try {
    const first = clients[0]!;
    const fill = { batches: [fillCommands], answer: fillAnswers, depth: 1, first: 0, endsAt: 0 };
    await first.repeat(fill);
    return load;
  } catch (error) {
    await load[Symbol.asyncDispose]();
    throw error;
  }
}

interface Repetition {
  readonly batches: readonly Buffer[];
  /** To one command; keys differ from it. */
  readonly answer: Buffer;
  readonly depth: number;
  /** The index of the first batch. */
  readonly first: number;
  /** On the clock of `performance`. */
  readonly endsAt: number;
}

class LoadClient {
  readonly #socket: Socket;
  readonly #hear: (listener: (chunk: Buffer) => void) => void;

  private constructor(socket: Socket, hear: (listener: (chunk: Buffer) => void) => void) {
    this.#socket = socket;
    this.#hear = hear;
  }

  static async open(connectOne: ConnectClient): Promise<LoadClient> {
    let listener = (_chunk: Buffer): void => undefined;
    const socket = await connectOne((chunk) => listener(chunk));
    return new LoadClient(socket, (next) => (listener = next));
  }

  /** Sends batches one after the other; answers with the number of commands. */
  repeat({ batches, answer, depth, first, endsAt }: Repetition): Promise<number> {
    const socket = this.#socket;
    const wantedBytes = answer.length * depth;
    const [start, end] = [answer[1], answer.at(-1)];
    let next = first;
    let bytes = 0;
    let done = 0;
    const send = (): void => void socket.write(batches[next++ % batches.length]!);
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void): void => {
        socket.off('error', fail);
        socket.off('close', hangUp);
        settled();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const hangUp = (): void => fail(new Error('the server closed the connection'));
      this.#hear((chunk) => {
        // Reading the whole answer would cost more than some servers do. A miss or an error is shorter or begins otherwise.
        const isOther = bytes === 0 && chunk.length > 1 && chunk[1] !== start;
        bytes += chunk.length;
        if (isOther || bytes > wantedBytes || (bytes === wantedBytes && chunk.at(-1) !== end)) {
          fail(new Error(`an unexpected answer of ${bytes} bytes`));
          return;
        }
        if (bytes < wantedBytes) return;
        bytes = 0;
        done += depth;
        if (performance.now() < endsAt) send();
        else settle(() => resolve(done));
      });
      socket.on('error', fail);
      socket.on('close', hangUp);
      send();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
