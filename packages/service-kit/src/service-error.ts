import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Every code that this package throws; the README says what each means. */
export type ServiceErrorCode =
  | 'ERR_SERVICE_KIT_ARGUMENTS'
  | 'ERR_SERVICE_KIT_ENVIRONMENT'
  | 'ERR_SERVICE_KIT_TOPOLOGY'
  | 'ERR_SERVICE_KIT_UNKNOWN_REGION';

/** A mistake of the one who runs an app: match on `code`, print `problems`. No stack is needed to mend it. */
export class ServiceError extends CodedError<ServiceErrorCode> {
  /** Everything that is wrong, one line each: what, where, and what would be right. */
  readonly problems: readonly string[];

  constructor(code: ServiceErrorCode, problems: readonly string[], options: CodedErrorOptions = {}) {
    super(code, problems.join('\n'), options);
    this.problems = problems;
  }
}
