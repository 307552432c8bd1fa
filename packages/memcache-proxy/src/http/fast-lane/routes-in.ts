/**
 * The patterns of the routes in what Fastify's `printRoutes` draws of one method: a tree whose branches are pieces of
 * patterns. What is drawn in another way than expected gives other patterns, never fewer.
 */
export function routesIn(tree: string): string[] {
  const pieces: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n')) {
    const at = line.indexOf('── ');
    if (at < 0) continue;
    const [, piece = '', methods] = /^(.*?)( \([A-Z, ]+\))?$/.exec(line.slice(at + 3)) ?? [];
    pieces.length = Math.floor(at / 4);
    pieces.push(piece);
    if (methods !== undefined || piece.includes('(')) routes.push(pieces.join(''));
  }
  return routes;
}
