/** Values over HTTP with Fastify and memjs, in a few lines: `memjs-server.js PORT NODES`. */
import fastify from 'fastify';
import memjs from 'memjs';

const [port, nodes = ''] = process.argv.slice(2);
const client = memjs.Client.create(nodes);
const app = fastify({ routerOptions: { maxParamLength: 1024 } });
app.get<{ readonly Params: { readonly key: string } }>('/v1/cache/:key', async (request, reply) => {
  const { value } = await client.get(request.params.key);
  if (value === null) return reply.code(404).send();
  return reply.type('application/octet-stream').send(value);
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
