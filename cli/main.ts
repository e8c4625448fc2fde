#!/usr/bin/env node
/** `kubectl jobrun`: starts runs, follows them, and exits as they finish. */
import { runCommandLine } from './program.ts';
import { EXIT } from './outcome/exit-code.ts';
import { interruptions } from './interruptions.ts';
import { Terminal } from './terminal/terminal.ts';

const { stdin, stdout, stderr } = process;
// The reader of the output has closed it, as with `| head`: nothing more can be printed.
stdout.on('error', () => process.exit(EXIT.interrupted));
stderr.on('error', () => undefined);

const { signal, stop } = interruptions(process);
try {
  const context = {
    terminal: new Terminal({ stdin, stdout, stderr }),
    env: process.env,
    now: Date.now,
    interrupted: signal,
  };
  process.exitCode = await runCommandLine(process.argv.slice(2), context);
} finally {
  stop();
}
