import type * as Library from '@inquirer/prompts';
import type { Parameter, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { answerOf, choicesOf, elementOf, kindOf, messageOf, verdictOn } from './question.ts';
import type { Question, QuestionKind } from './question.ts';

/** What is used of the library. */
export type Prompts = Pick<typeof Library, 'checkbox' | 'confirm' | 'input' | 'password' | 'select'>;

/** Where questions are asked. */
export type Place = NonNullable<Parameters<Prompts['input']>[1]>;

/** Asks one question after the other. An answer is checked as admission checks it. */
export class Asker {
  readonly #prompts: Prompts;
  readonly #place: Place;
  readonly #template: CompiledTemplate;
  readonly #byKind: Readonly<Record<QuestionKind, (question: Question) => Promise<ParameterValue | undefined>>>;

  constructor(prompts: Prompts, place: Place, template: CompiledTemplate) {
    this.#prompts = prompts;
    this.#place = place;
    this.#template = template;
    this.#byKind = {
      select: (question) => this.#select(question),
      confirm: (question) => this.#confirm(question),
      checkbox: (question) => this.#checkbox(question),
      password: (question) => this.#password(question),
      list: (question) => this.#list(question),
      input: (question) => this.#input(question),
    };
  }

  /** @returns `undefined` if the answer is empty, and the run has a value without it */
  ask(question: Question): Promise<ParameterValue | undefined> {
    return this.#byKind[kindOf(question.parameter)](question);
  }

  #select(question: Question): Promise<ScalarValue> {
    const { parameter, initial } = question;
    const byDefault = initial === undefined || Array.isArray(initial) ? {} : { default: initial };
    const config = { message: messageOf(question), choices: choicesOf(parameter), loop: false, ...byDefault };
    return this.#prompts.select<ScalarValue>(config, this.#place);
  }

  #confirm(question: Question): Promise<boolean> {
    const byDefault = question.initial === undefined ? {} : { default: question.initial === true };
    return this.#prompts.confirm({ message: messageOf(question), ...byDefault }, this.#place);
  }

  #checkbox(question: Question): Promise<ScalarValue[]> {
    const { parameter, initial } = question;
    const chosen = Array.isArray(initial) ? initial : [];
    const choices = choicesOf(parameter).map((choice) => ({ ...choice, checked: chosen.includes(choice.value) }));
    const validate = (picked: readonly { value: ScalarValue }[]) =>
      verdictOn(
        picked.map(({ value }) => value),
        parameter,
        this.#template,
      );
    return this.#prompts.checkbox<ScalarValue>({ message: messageOf(question), choices, validate }, this.#place);
  }

  async #password(question: Question): Promise<ParameterValue | undefined> {
    const { parameter, initial } = question;
    const isKept = (text: string) => text === '' && initial !== undefined;
    const validate = (text: string) => isKept(text) || this.#verdictOn(text, parameter);
    const text = await this.#prompts.password({ message: messageOf(question), mask: true, validate }, this.#place);
    return isKept(text) ? undefined : answerOf(text, parameter);
  }

  async #input(question: Question): Promise<ScalarValue> {
    const { parameter, initial } = question;
    const validate = (text: string) => this.#verdictOn(text, parameter);
    const byDefault = initial === undefined ? {} : { default: String(initial) };
    const text = await this.#prompts.input({ message: messageOf(question), validate, ...byDefault }, this.#place);
    return answerOf(text, parameter);
  }

  /** One element after the other, until an empty one. */
  async #list(question: Question): Promise<ParameterValue | undefined> {
    const { parameter, initial } = question;
    const element = elementOf(parameter);
    const elements: ScalarValue[] = [];
    for (;;) {
      const isKept = elements.length === 0 && initial !== undefined;
      const whole = () => isKept || verdictOn(elements, parameter, this.#template);
      const validate = (text: string) => (text === '' ? whole() : this.#verdictOn(text, element));
      const message = `${messageOf(question)} [${elements.length + 1}, empty: ${isKept ? 'as it is' : 'no more'}]`;
      const text = await this.#text({ message, validate }, parameter);
      if (text === '') return isKept ? undefined : elements;
      elements.push(answerOf(text, element));
    }
  }

  #text(config: { message: string; validate: (text: string) => string | boolean }, { secret }: Parameter) {
    if (secret === true) return this.#prompts.password({ ...config, mask: true }, this.#place);
    return this.#prompts.input(config, this.#place);
  }

  #verdictOn(text: string, parameter: Parameter): string | boolean {
    return verdictOn(answerOf(text, parameter), parameter, this.#template);
  }
}
