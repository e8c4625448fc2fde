import { createHash } from 'node:crypto';
import type { JobRun } from '../../api/job-run.ts';
import { namedParameters } from '../parameters/declarations.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { tokenise, type Token } from '../template/placeholder.ts';
import { templateKeyOfRun, templateKeyString } from '../template/template-key.ts';
import type { ConcurrencyPolicy } from './concurrency-policy.ts';

/** The runs of one namespace that have a limit together. */
export interface Group {
  /** Identifies the group. Begins with the namespace. */
  id: string;
  /** 40 hex digits of the hash of `id`, for names and labels. */
  hash: string;
  /** For people: `JobTemplate "report"`, or `group "customer-a"`. */
  called: string;
}

/** A longer name is cut; its hash identifies the group. */
const LONGEST = 512;

/**
 * The group of a run: the one that the present template names, with the parameters of the run, or the runs of its template.
 *
 * @param compiled what the run is rendered from: it has the defaults of the parameters
 */
export function groupOf(run: JobRun, { group }: Pick<ConcurrencyPolicy, 'group'>, compiled: CompiledTemplate): Group {
  const { namespace = '' } = run.metadata;
  if (group === undefined) {
    const key = templateKeyOfRun(run);
    return groupWith(`${namespace}/template/${templateKeyString(key)}`, `${key.kind} "${key.name}"`);
  }
  const name = tokenise(group)
    .map((token) => textOf(token, run, compiled))
    .join('');
  return groupWith(`${namespace}/group/${shortened(name)}`, `group "${name.slice(0, 100)}"`);
}

function groupWith(id: string, called: string): Group {
  return { id, hash: sha256(id).slice(0, 40), called };
}

function shortened(name: string): string {
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST)}/${sha256(name)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOf(token: Token, run: JobRun, { parameters }: CompiledTemplate): string {
  if (token.kind === 'escaped') return token.source.slice(1);
  if (token.kind !== 'placeholder') return token.source;
  const set = (run.spec.parameters as Record<string, unknown> | null | undefined) ?? {};
  const own = Object.hasOwn(set, token.name) ? set[token.name] : undefined;
  const value = own ?? namedParameters(parameters).find(({ name }) => name === token.name)?.default ?? '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
