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
  /** `LOCKSTEP_REDIS_PASSWORD_<REGION>`, or else `LOCKSTEP_REDIS_PASSWORD`. A method, so that no log prints it. */
  redisPassword(regionName: string): string | undefined;
}

const passwordVariable = 'LOCKSTEP_REDIS_PASSWORD';
const tokenVariable = 'LOCKSTEP_LINK_TOKEN';

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
    if (name === passwordVariable || name.startsWith(`${passwordVariable}_`)) passwords.set(name, read(name));
  }
  const linkToken = read(tokenVariable);
  if (linkToken !== undefined && !/^[\u0021-\u007e]+$/.test(linkToken)) {
    problems.push(`${tokenVariable} must be printable ASCII without spaces, since it travels in an HTTP header`);
  }
  const level = read('LOG_LEVEL') ?? 'info';
  const logLevel = logLevels.find((known) => known === level);
  if (logLevel === undefined) {
    problems.push(`LOG_LEVEL is ${JSON.stringify(level)}; it must be ${listWords(logLevels, 'or')}`);
  }
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_ENVIRONMENT', problems);
  return {
    logLevel: logLevel ?? 'info',
    ...(linkToken === undefined ? {} : { linkToken }),
    redisPassword: (regionName) =>
      passwords.get(`${passwordVariable}_${regionName.toUpperCase().replaceAll('-', '_')}`) ??
      passwords.get(passwordVariable),
  };
}
