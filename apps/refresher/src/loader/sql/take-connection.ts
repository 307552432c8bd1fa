/**
 * Waits for a connection no longer than the signal allows. One that comes later is given back.
 *
 * @throws what the pool says, or the reason of the signal.
 */
export function takeConnection<T>(
  connecting: Promise<T>,
  signal: AbortSignal,
  giveBack: (connection: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    const wait = async (): Promise<void> => {
      try {
        const connection = await connecting;
        if (signal.aborted) giveBack(connection);
        else resolve(connection);
      } catch (error) {
        reject(error);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    };
    void wait();
    if (signal.aborted) stop();
  });
}
