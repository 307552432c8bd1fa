import { once } from 'node:events';
import { connect } from 'node:net';

import { createFrameReader, encodeFrame } from '../../src/relay/frame.ts';

type Message = Record<string, unknown>;

let clients = 0;

/** A client that keeps to the protocol as far as the test wants. */
export interface RawClient {
  readonly received: readonly Message[];
  readonly closed: Promise<void>;
  send(message: object): void;
  /** The first message of this kind, now or later. */
  message(kind: string, is?: (message: Message) => boolean): Promise<Message>;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Connects and follows from a position. */
export async function createRelayFollowerSocket(path: string, from: string, leaseMs?: number): Promise<RawClient> {
  const socket = connect(path);
  const reader = createFrameReader();
  const received: Message[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  // A relay that cuts it off may do so while it writes.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => received.push(...(reader.read(chunk) as Message[])));
  await once(socket, 'connect');
  socket.write(encodeFrame({ t: 'follow', id: `raw-${++clients}`, from, ...(leaseMs !== undefined && { leaseMs }) }));
  return {
    received,
    closed,
    send: (message) => void socket.write(encodeFrame(message)),
    async message(kind, is = () => true) {
      for (;;) {
        const found = received.find((message) => message['t'] === kind && is(message));
        if (found !== undefined) return found;
        await once(socket, 'data');
      }
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.destroy(),
  };
}
