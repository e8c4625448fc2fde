import type { Readable } from 'node:stream';
import type { Template } from '../../api/job-template.ts';
import type { TemplateKind } from '../../api/names.ts';
import { didYouMean, nearNames } from '../../core/errors/suggest.ts';
import { formatFieldError } from '../../core/errors/field-error.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { checkTemplate } from '../lint/check-template.ts';
import { readManifests } from '../lint/read-manifests.ts';

/** Which template of a file, or of a folder, is meant. */
export interface FileTemplate {
  path: string;
  kind: TemplateKind;
  name: string;
}

/** @throws CommandError if the file has no such template, or it has errors */
export async function templateOfFile({ path, kind, name }: FileTemplate, stdin: Readable): Promise<Template> {
  const { manifests, problems } = await readManifests([path], stdin);
  const [problem] = problems;
  if (problem !== undefined) throw refused(`${problem.file}:${problem.line}: ${problem.message}`);
  const templates = manifests.map(({ value }) => value).filter((value) => value.kind === kind);
  const found = templates.find(({ metadata }) => metadata?.name === name);
  if (found === undefined)
    throw refused(
      notInFile(
        { path, kind, name },
        templates.map((one) => one.metadata?.name ?? ''),
      ),
    );
  const errors = checkTemplate(found).findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return found as Template;
  const lines = errors.map((error) => `  ${formatFieldError({ ...error, reason: 'FieldValueInvalid' })}`);
  throw refused([`${kind} "${name}" in ${path} has errors:`, ...lines].join('\n'));
}

function notInFile({ path, kind, name }: FileTemplate, names: readonly string[]): string {
  const hint = didYouMean(nearNames(name, names));
  const other = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 5).join(', ')}`;
  return `${path} contains no ${kind} "${name}"; ${hint === '' ? other : hint}`;
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.nothingStarted, message);
}
