/** Every code that this package throws; the README says what each one means. */
export type TestingErrorCode =
  | 'ERR_TESTING_NO_SERVER'
  | 'ERR_TESTING_PORT_IN_USE'
  | 'ERR_TESTING_START_FAILED'
  | 'ERR_TESTING_TIMEOUT'
  | 'ERR_TESTING_SAVE_FAILED'
  | 'ERR_TESTING_NOT_RUNNING'
  | 'ERR_TESTING_CLOSED'
  | 'ERR_TESTING_LEAK';

/** What this package throws. Match on `code`, never on the message. */
export class TestingError extends Error {
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.name = 'TestingError';
  }
}
