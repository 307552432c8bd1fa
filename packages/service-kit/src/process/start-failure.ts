import { ServiceError } from '../service-error.ts';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use; stop what listens there or change the address',
  EACCES: 'may not be listened on by this user; change the address',
  EADDRNOTAVAIL: 'is not an address of this machine; change the address',
};

/**
 * The lines to print when an app could not start because of a mistake of the one who runs it, or
 * undefined when it is no such mistake and deserves a stack.
 */
export function explainStartFailure(error: unknown, configPath: string): readonly string[] | undefined {
  if (error instanceof ServiceError) return error.problems;
  if (!(error instanceof Error)) return undefined;
  const { syscall, code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall !== 'listen' && syscall !== 'bind' && syscall !== 'getaddrinfo') return undefined;
  const where = port === undefined || port < 0 ? (address ?? 'an address') : `${bracket(address ?? '*')}:${port}`;
  const reason = reasons[code ?? ''];
  return [
    reason === undefined
      ? `cannot listen: ${error.message}; check the addresses in ${configPath}`
      : `${where} ${reason} in ${configPath}`,
  ];
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
