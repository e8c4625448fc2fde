import { createHash } from 'node:crypto';
import type { JobRun } from '../../api/job-run.ts';
import type { Parameter } from '../../api/parameter.ts';
import { quoted } from '../errors/quoted.ts';
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
/** The hash of a longer value is part of the name. */
const LONGEST_VALUE = 200;
const LONGEST_CALLED = 90;

/**
 * The group of a run: the one that the present template names, with the parameters of the run, or the runs of its template.
 *
 * @param compiled what the run is rendered from: it has the defaults of the parameters
 */
export function groupOf(run: JobRun, { group }: Pick<ConcurrencyPolicy, 'group'>, compiled: CompiledTemplate): Group {
  const { namespace = '' } = run.metadata;
  if (group === undefined) return groupOfTemplate(run);
  const values = valuesFor(run, compiled);
  const name = tokenise(group)
    .map((token) => textOf(token, values))
    .join('');
  const called = quoted(name.slice(0, LONGEST_CALLED).toWellFormed()).toWellFormed();
  return groupWith(`${namespace}/group/${shortened(name)}`, `group ${called}`);
}

/** The group of a run whose template names none: all runs of that template. */
export function groupOfTemplate(run: JobRun): Group {
  const key = templateKeyOfRun(run);
  return groupWith(`${run.metadata.namespace ?? ''}/template/${templateKeyString(key)}`, `${key.kind} "${key.name}"`);
}

/** The namespace of the runs of a group. */
export function namespaceOf({ id }: Pick<Group, 'id'>): string {
  return id.slice(0, id.indexOf('/'));
}

export function hashOfGroup(id: string): string {
  return sha256(id).slice(0, 40);
}

function groupWith(id: string, called: string): Group {
  return { id, hash: hashOfGroup(id), called };
}

function shortened(name: string): string {
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST)}/${sha256(name)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOf(token: Token, valueOf: (name: string) => string): string {
  if (token.kind === 'escaped') return token.source.slice(1);
  return token.kind === 'placeholder' ? valueOf(token.name) : token.source;
}

/** Each value is converted once, however often the name has it. */
function valuesFor(run: JobRun, { parameters }: CompiledTemplate): (name: string) => string {
  const declared = new Map(namedParameters(parameters).map((parameter) => [parameter.name, parameter]));
  const set = (run.spec.parameters as Record<string, unknown> | null | undefined) ?? {};
  const known = new Map<string, string>();
  return (name) => {
    const text = known.get(name) ?? valueText(Object.hasOwn(set, name) ? set[name] : undefined, declared.get(name));
    known.set(name, text);
    return text;
  };
}

/** Replaces every value of a secret parameter. */
const SECRET = '(secret)';

/**
 * Others can read the name of a group, and its hash is a label. The present template cannot have a secret parameter in it, but
 * the revision that the run is rendered from may have declared the same parameter secret. The hash of a short secret can be
 * guessed, so all of these runs are in one group.
 */
function valueText(own: unknown, parameter: Parameter | undefined): string {
  if (parameter?.secret === true) return SECRET;
  const value = own ?? parameter?.default ?? '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `sha256:${sha256(text)}` : text;
}
