#!/usr/bin/env node
import { runCommand } from './run-command.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it has gone, as `head` does when it has enough.
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = runCommand(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
