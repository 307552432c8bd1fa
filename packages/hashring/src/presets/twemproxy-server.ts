import type { RingNode } from '../ring/ring.ts';

/**
 * Reads a server of a nutcracker.yml: `host:port:weight [name]` or `/path:weight [name]`, from its end, as nutcracker does,
 * so that an IPv6 address needs no brackets.
 *
 * @param subject whose server it is, for the message.
 * @throws RangeError for a text of another form, a port out of range and a weight of 0, which nutcracker refuses.
 */
export function readTwemproxyServer(subject: string, text: unknown): RingNode {
  const form = /^(?:(?<path>\/[^ ]*)|(?<host>[^ /][^ ]*):(?<port>\d+)):(?<weight>\d+)(?: (?<label>[^ ]+))?$/;
  const found = typeof text === 'string' ? form.exec(text) : null;
  const { path, host, port, weight, label } = found?.groups ?? {};
  const fail = (problem: string): never => {
    throw new RangeError(`${subject} has a server ${problem}: ${JSON.stringify(text)}`);
  };
  if (weight === undefined) return fail('that is not of the form "host:port:weight name" or "/path:weight name"');
  if (Number(weight) === 0) fail('with a weight of 0, which nutcracker refuses');
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) fail('whose port is not from 1 to 65535');
  return {
    host: path ?? host!,
    ...(port !== undefined && { port: Number(port) }),
    weight: Number(weight),
    ...(label !== undefined && { label }),
  };
}
