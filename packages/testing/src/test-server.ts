/** What both kinds of server take. */
export interface ServerOptions {
  /** The port to listen on. @default a free one */
  readonly port?: number;
  /** The server's working directory. You own it: it is created if missing and never removed. @default a private one */
  readonly dir?: string;
  /** Listen on a Unix socket in a private directory: Redis there too, memcached only there. @default false */
  readonly unixSocket?: boolean;
  /** Milliseconds that every start and every stop may take. @default 10000 */
  readonly timeoutMs?: number;
  /** Gives up the first start. It has no effect once the server is ready. */
  readonly signal?: AbortSignal | undefined;
}

/** What bounds a stop. */
export interface StopOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a restart does. */
export interface RestartOptions {
  /** Whether Redis comes back with its data. memcached always comes back empty. @default true */
  readonly keepData?: boolean;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A real server process on the loopback interface, ready when you get it. */
export interface TestServer extends AsyncDisposable {
  /** Always `127.0.0.1`. */
  readonly host: string;
  /** The same over every restart; 0 when the server listens only on a Unix socket. */
  readonly port: number;
  /** The Unix socket, when asked for. */
  readonly socketPath: string | undefined;
  /** The process of the latest start; look at `isRunning` before you use it. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** The last 100 lines that the server printed, over all of its starts. */
  output(): string;
  /**
   * Ends the server with SIGTERM, also when it is frozen, and resolves when it has ended.
   *
   * @throws TestingError `ERR_TESTING_TIMEOUT` when it does not end in time.
   */
  stop(options?: StopOptions): Promise<void>;
  /** Ends the server with SIGKILL, as a crash would, and resolves when it has ended. */
  kill(): Promise<void>;
  /**
   * Stops the process where it is (SIGSTOP): connections stay open and nothing answers.
   *
   * @throws TestingError `ERR_TESTING_NOT_RUNNING` when it has ended.
   */
  freeze(): Promise<void>;
  /**
   * Lets a frozen process run on (SIGCONT).
   *
   * @throws TestingError `ERR_TESTING_NOT_RUNNING` when it has ended.
   */
  thaw(): Promise<void>;
  /**
   * Stops the server if it runs, and starts it again on the same port; resolves when it is ready.
   *
   * @throws TestingError `ERR_TESTING_CLOSED` after `close()`, and the codes of the first start.
   */
  restart(options?: RestartOptions): Promise<void>;
  /** Kills the server whatever its state and removes its private directory. Idempotent. */
  close(): Promise<void>;
}
