import { readdir, readFile } from 'node:fs/promises';

/**
 * Microseconds that all threads of a process have been on a core. From Linux's `schedstat`, which counts in
 * nanoseconds: `stat` counts in hundredths of a second, too coarse for a short run.
 */
export async function processorMicroseconds(pid: number): Promise<number> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  const times = await Promise.all(threads.map((thread) => readFile(`${folder}/${thread}/schedstat`, 'latin1')));
  return times.reduce((sum, time) => sum + Number(time.split(' ')[0]) / 1000, 0);
}
