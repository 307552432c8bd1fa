import { createServer, connect, type AddressInfo } from 'node:net';

import { startMemcached } from '@lockstep/testing';

/** A command as memcached got it. */
export interface TappedCommand {
  readonly verb: string;
  /** Empty for commands without one. */
  readonly key: string;
}

/** A real memcached, and all that it was sent. */
export interface TappedMemcached extends AsyncDisposable {
  readonly port: number;
  /** In the order in which they came; a test may empty it. */
  readonly commands: TappedCommand[];
}

/** Where each verb says how long the value is that follows, by the number of the word. */
const LENGTH_WORD: Readonly<Record<string, number>> = {
  ms: 2,
  set: 4,
  add: 4,
  replace: 4,
  append: 4,
  prepend: 4,
  cas: 4,
};

export async function startTappedMemcached(): Promise<TappedMemcached> {
  const memcached = await startMemcached();
  const commands: TappedCommand[] = [];
  const server = createServer((client) => {
    const upstream = connect(memcached.port, memcached.host);
    let pending = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let end = pending.indexOf('\r\n'); end !== -1; end = pending.indexOf('\r\n')) {
        const [verb = '', key = '', ...rest] = pending.toString('latin1', 0, end).split(' ');
        const word = LENGTH_WORD[verb];
        const next = end + 2 + (word === undefined ? 0 : Number(rest[word - 2]) + 2);
        if (pending.length < next) break;
        pending = pending.subarray(next);
        commands.push({ verb, key });
      }
    });
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      await memcached.close();
      await closed;
    },
  };
}
