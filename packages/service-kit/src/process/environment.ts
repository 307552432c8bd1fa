import { ServiceError } from '../service-error.ts';
import { listWords } from '../suggestion.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** What the environment says. Secrets come from here and from nowhere else. */
export interface Environment {
  /** `LOG_LEVEL`. @default 'info' */
  readonly logLevel: LogLevel;
  /** `LOCKSTEP_LINK_TOKEN`: the bearer token between shippers and receivers. */
  readonly linkToken?: string;
  /** `LOCKSTEP_LINK_KEYS`: one or two keys, joined by a comma, that sign what goes between shippers and receivers. */
  linkKeys(): readonly string[] | undefined;
  /** `LOCKSTEP_REDIS_PASSWORD_<REGION>`, or else `LOCKSTEP_REDIS_PASSWORD`. A method, so that no log prints it. */
  redisPassword(regionName: string): string | undefined;
  /** `LOCKSTEP_AMQP_PASSWORD_<REGION>`, or else `LOCKSTEP_AMQP_PASSWORD`. */
  amqpPassword(regionName: string): string | undefined;
  /** `LOCKSTEP_SINK_TOKEN`: the bearer token that consumers show to their sinks. */
  sinkToken(): string | undefined;
  /** `LOCKSTEP_ADMIN_TOKEN`: the bearer token that operators show to what changes a running app. */
  adminToken(): string | undefined;
  /** `LOCKSTEP_SECRET_<NAME>`: what the topology calls by its name, such as the password of a source. */
  secret(name: string): string | undefined;
}

const passwordVariables = ['LOCKSTEP_REDIS_PASSWORD', 'LOCKSTEP_AMQP_PASSWORD'] as const;
const keysVariable = 'LOCKSTEP_LINK_KEYS';
const tokenVariables = ['LOCKSTEP_LINK_TOKEN', 'LOCKSTEP_SINK_TOKEN', 'LOCKSTEP_ADMIN_TOKEN'] as const;
const secretPrefix = 'LOCKSTEP_SECRET_';

/**
 * Reads what Lockstep takes from the environment; nothing else of Lockstep does. In the name of a
 * region's variable the region is in capitals with `_` for `-`. No message repeats a value.
 *
 * @param variables @default process.env
 * @throws ServiceError `ERR_SERVICE_KIT_ENVIRONMENT` naming every variable that is empty or malformed.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const problems: string[] = [];
  const read = (name: string): string | undefined => {
    const value = variables[name];
    if (value === '') problems.push(`${name} is set but empty; give it a value or unset it`);
    return value === '' ? undefined : value;
  };
  const passwords = new Map<string, string | undefined>();
  for (const name of Object.keys(variables).toSorted()) {
    const isPassword = passwordVariables.some((known) => name === known || name.startsWith(`${known}_`));
    if (isPassword) passwords.set(name, read(name));
  }
  const secrets = new Map<string, string | undefined>();
  for (const name of Object.keys(variables).toSorted()) {
    if (name.startsWith(secretPrefix)) secrets.set(name.slice(secretPrefix.length), read(name));
  }
  const [linkToken, sinkToken, adminToken] = tokenVariables.map((name) => {
    const token = read(name);
    if (token !== undefined && !/^[\u0021-\u007e]+$/.test(token)) {
      problems.push(`${name} must be printable ASCII without spaces, since it travels in an HTTP header`);
    }
    return token;
  });
  const linkKeys = read(keysVariable)?.split(',');
  if (linkKeys !== undefined && (linkKeys.length > 2 || linkKeys.some((key) => key.length < 16))) {
    problems.push(`${keysVariable} must be one or two keys of 16 characters or more, joined by a comma`);
  }
  const level = read('LOG_LEVEL') ?? 'info';
  const logLevel = logLevels.find((known) => known === level);
  if (logLevel === undefined) {
    problems.push(`LOG_LEVEL is ${JSON.stringify(level)}; it must be ${listWords(logLevels, 'or')}`);
  }
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_ENVIRONMENT', problems);
  const passwordOf = (variable: (typeof passwordVariables)[number], regionName: string): string | undefined =>
    passwords.get(`${variable}_${regionName.toUpperCase().replaceAll('-', '_')}`) ?? passwords.get(variable);
  return {
    logLevel: logLevel ?? 'info',
    ...(linkToken === undefined ? {} : { linkToken }),
    linkKeys: () => linkKeys,
    redisPassword: (regionName) => passwordOf('LOCKSTEP_REDIS_PASSWORD', regionName),
    amqpPassword: (regionName) => passwordOf('LOCKSTEP_AMQP_PASSWORD', regionName),
    sinkToken: () => sinkToken,
    adminToken: () => adminToken,
    secret: (name) => secrets.get(name),
  };
}
