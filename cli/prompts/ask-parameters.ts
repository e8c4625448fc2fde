import { isDeepStrictEqual } from 'node:util';
import type { ParameterValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import type { Context } from '../context.ts';
import { InterruptedError } from '../outcome/command-error.ts';
import { Asker } from './asker.ts';
import type { Question } from './question.ts';

/**
 * Asks for parameters, one after the other. An answer that changes nothing is left out: then the template decides.
 *
 * @throws InterruptedError if the user presses Ctrl-C or ends the input
 */
export async function askParameters(
  { terminal, interrupted }: Context,
  questions: readonly Question[],
  template: CompiledTemplate,
): Promise<Record<string, ParameterValue>> {
  // Loaded only now, so that every other command starts at once.
  const { checkbox, confirm, input: text, password, select } = await import('./library.ts');
  const prompts = { checkbox, confirm, input: text, password, select };
  const { stdin: input, stderr: output } = terminal.streams;
  const ended = new AbortController();
  // At the end of the input, the library waits for ever, and Node has nothing left to do.
  const end = (): void => {
    ended.abort();
  };
  process.once('beforeExit', end);
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const asker = new Asker(prompts, { input, output, signal }, template);
  try {
    return await answersOf(asker, questions);
  } catch (error) {
    if (!isInterruption(error)) throw error;
    terminal.note('interrupted; nothing was started');
    throw new InterruptedError('interrupted', { cause: error });
  } finally {
    process.off('beforeExit', end);
  }
}

async function answersOf(asker: Asker, questions: readonly Question[]): Promise<Record<string, ParameterValue>> {
  const answers: [string, ParameterValue][] = [];
  for (const question of questions) {
    const answer = await asker.ask(question);
    const isNew = answer !== undefined && !isDeepStrictEqual(answer, question.initial);
    if (isNew) answers.push([question.parameter.name, answer]);
  }
  return Object.fromEntries(answers);
}

/** Errors of the library: Ctrl-C, and the signal. */
const INTERRUPTIONS = ['ExitPromptError', 'AbortPromptError'];

function isInterruption(error: unknown): boolean {
  return error instanceof Error && INTERRUPTIONS.includes(error.name);
}
