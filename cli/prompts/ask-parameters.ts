import { isDeepStrictEqual } from 'node:util';
import type { ParameterValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import type { Context } from '../context.ts';
import { InterruptedError } from '../outcome/command-error.ts';
import { Asker } from './asker.ts';
import type { Place } from './asker.ts';
import { asking } from './asking.ts';
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
  const { checkbox, confirm, input, password, select } = await import('./library.ts');
  const prompts = { checkbox, confirm, input, password, select };
  const ask = (place: Place) => answersOf(new Asker(prompts, place, template), questions);
  const answers = await asking(terminal, ask, [interrupted]);
  if (answers !== undefined) return answers;
  terminal.note('interrupted; nothing was started');
  throw new InterruptedError('interrupted');
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
