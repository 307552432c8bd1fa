import { onTestFinished } from 'vitest';

import { record as startRecording, type Recorder } from '../src/conformance/recorder.ts';
import type { FollowOptions, InvalidationLog } from '../src/index.ts';

export type { Recorder } from '../src/conformance/recorder.ts';

/** Follows a log until the test ends and writes down what it hears. */
export function record(log: InvalidationLog, options: Partial<FollowOptions> = {}): Recorder {
  const recorder = startRecording(log, options);
  onTestFinished(() => recorder.follower.close());
  return recorder;
}
