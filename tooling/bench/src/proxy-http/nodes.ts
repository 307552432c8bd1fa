/** `host:port,host:port` as the nodes of a ring. */
export function readNodes(text: string): { readonly host: string; readonly port: number }[] {
  return text.split(',').map((address) => {
    const [host = '', port = ''] = address.split(':');
    return { host, port: Number(port) };
  });
}
