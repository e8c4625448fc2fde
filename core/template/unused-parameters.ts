import { quotedList } from '../errors/quoted.ts';
import type { CompiledTemplate } from './compile.ts';

/**
 * A warning for the author of a template whose parameters are not all used; empty if they are. Often a shell has removed
 * the placeholder: in a here-document without quotes, `$(params.month)` is a command.
 */
export function unusedParameterWarnings({ parameters, sizePlan }: CompiledTemplate): string[] {
  const unused = parameters.map(({ name }) => name).filter((name) => !sizePlan.has(name));
  const [first] = unused;
  if (first === undefined) return [];
  const which = unused.length === 1 ? 'parameter' : 'parameters';
  const way = `write $(params.${first}) where its value belongs`;
  return [
    `nothing in the template uses the ${which} ${quotedList(unused)}; ${way}; a shell removes this from a here-document unless EOF is quoted`,
  ];
}
