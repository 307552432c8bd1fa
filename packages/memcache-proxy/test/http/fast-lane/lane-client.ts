import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { answersIn, type LaneApp, type LaneAppOptions, startLaneApp } from './lane-pair.ts';

/** A client that says what it is told to, and keeps what comes back. */
export interface Client {
  readonly socket: Socket;
  text: string;
  isClosed: boolean;
}

const apps: LaneApp[] = [];
const clients: Socket[] = [];

/** Ends what `start` and `open` began. */
export async function endClients(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(apps.splice(0).map(({ app }) => app.close()));
}

/** A server with the lane. */
export async function start(options: LaneAppOptions = {}): Promise<LaneApp> {
  const lane = await startLaneApp(true, options);
  apps.push(lane);
  return lane;
}

/** A connection to it. */
export async function open({ port }: LaneApp): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('latin1');
  clients.push(socket);
  const client: Client = { socket, text: '', isClosed: false };
  socket.on('data', (part: string) => (client.text += part)).on('error', () => undefined);
  socket.on('close', () => (client.isClosed = true));
  await once(socket, 'connect');
  return client;
}

/** A plain read. */
export const get = (key: string, fields = ''): string => `GET /v1/cache/${key} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;

/** What it was answered so far. */
export const statusesIn = ({ text }: Client): number[] => answersIn(text).map((answer) => Number(answer.slice(9, 12)));

/** Holds the pool's calls back until it is called. */
export function hold({ pool }: LaneApp): () => void {
  let release = (): void => undefined;
  pool.gate = new Promise<void>((resolve) => (release = resolve));
  return release;
}
