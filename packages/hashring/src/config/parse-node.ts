import type { RingNode } from '../ring/ring.ts';

const FORMS = 'host, host:port, host:port:weight, [::1]:port, /path/to.sock or unix:///path/to.sock';
/** A name, an address in brackets or the path of a socket; the port, which a path has none of; the weight; the name. */
const NODE =
  /^(?:(?<path>(?:unix:(?:\/\/)?)?\/[^ ]*?)|(?:\[(?<ipv6>[^\][ ]+)\]|(?<host>[^:/\][ ]+))(?::(?<port>\d+))?)(?::(?<weight>\d+(?:\.\d+)?))?(?: +(?<label>\S+))?$/;

/**
 * Reads a node as `host`, `host:port`, `host:port:weight`, `[::1]:11211`, `/path/to.sock` or `/path/to.sock:weight`, the
 * path also with `unix:` or `unix://` in front, each with a name behind a space where one is hashed in its place, as in a nutcracker.yml.
 *
 * @throws SyntaxError for any other text.
 */
export function parseNode(text: string): RingNode {
  const groups = NODE.exec(text)?.groups;
  if (groups === undefined) {
    const hint = /^[^/].*(?:::|:.*:.*:)|^::/.test(text) ? '; an IPv6 address needs brackets' : '';
    throw new SyntaxError(`${JSON.stringify(text)} is not a node: expected ${FORMS}${hint}`);
  }
  const { path, ipv6, host, port, weight, label } = groups;
  return {
    host: (path ?? ipv6 ?? host)!,
    ...(port !== undefined && { port: Number(port) }),
    ...(weight !== undefined && { weight: Number(weight) }),
    ...(label !== undefined && { label }),
  };
}
