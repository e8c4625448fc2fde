import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';
import { MOST_DOLLARS } from '../../api/limits.ts';
import { DEFAULT_OVERRIDES, type Override } from '../../api/names.ts';
import type { Parameter } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { bytesOfJson } from '../job/json-bytes.ts';
import { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { placeholderPlan, type PlaceholderPlan } from './placeholder-plan.ts';
import { sizePlan, type SizePlan } from './size-plan.ts';
import { canonicalJson, revisionOf } from './template-revision.ts';
import { templateErrors } from './template-errors.ts';
import { unknownTemplateFields } from './unknown-template-fields.ts';

/**
 * Compiles the content of a template. The result contains everything that its runs have in common, so that a run only
 * needs a lookup and a render. Parts other than the revision are computed when they are first read.
 *
 * @param content the content alone, or the whole template object, whose unknown fields are errors then. Must not be
 * changed afterwards.
 */
export function compileTemplate(content: TemplateContent): CompiledTemplate {
  return new CompiledTemplate(content);
}

/** A template's content, and what is derived from it. The same content always results in an equal one. */
export class CompiledTemplate {
  readonly content: TemplateContent;
  /** Content hash, 10 hex digits: `spec.templateRevision` of a JobRun. */
  readonly revision: string;
  /** The whole content hash, a sha256 in hex. The revision is its beginning, which other content can have too. */
  readonly digest: string;
  /** Bytes of the content as JSON. */
  readonly size: number;
  /** Bytes of the content as the API server writes it. */
  readonly encodedSize: number;
  /** How often `$` occurs in the content: each placeholder has one. */
  readonly dollars: number;
  /** Validates values for the parameters; compiles each schema and each pattern once. */
  readonly schemas = new SchemaCompiler();
  readonly #unknownFields: readonly FieldError[];
  #plan: PlaceholderPlan | undefined;
  #sizePlan: SizePlan | undefined;
  #errors: readonly FieldError[] | undefined;

  constructor(template: TemplateContent) {
    const { spec, jobMetadata, parameters, overrides, results, resultsFrom } = template;
    this.#unknownFields = unknownTemplateFields(template);
    this.content = {
      spec,
      ...(jobMetadata && { jobMetadata }),
      ...(parameters && { parameters }),
      ...(overrides && { overrides }),
      ...(results && { results }),
      ...(resultsFrom !== undefined && { resultsFrom }),
    };
    const json = canonicalJson(this.content);
    this.digest = createHash('sha256').update(json).digest('hex');
    this.revision = revisionOf(this.digest);
    this.size = Buffer.byteLength(json);
    this.encodedSize = bytesOfJson(json);
    this.dollars = json.split('$').length - 1;
  }

  /** The strings of `spec` and `jobMetadata` that contain a `$`, and where placeholders are replaced. */
  get plan(): PlaceholderPlan {
    return (this.#plan ??= placeholderPlan(this.content.spec, this.content.jobMetadata));
  }

  /** How often each parameter is used. */
  get sizePlan(): SizePlan {
    return (this.#sizePlan ??= sizePlan(this.plan.root, this.plan.jobMetadata));
  }

  /** Why no run of this template can get a Job. Paths are the template's. */
  get errors(): readonly FieldError[] {
    return (this.#errors ??= this.#allErrors());
  }

  /** An unknown field is not reported twice where it is an error of its own, such as `items.examples`. */
  #allErrors(): readonly FieldError[] {
    // Before any placeholder is looked for.
    if (this.dollars > MOST_DOLLARS) return [tooManyDollars(this.dollars)];
    const errors = templateErrors(this.content, this);
    const reported = new Set(errors.map(({ path }) => path));
    return [...this.#unknownFields.filter(({ path }) => !reported.has(path)), ...errors];
  }

  /** The declared parameters. */
  get parameters(): readonly Parameter[] {
    return this.content.parameters ?? [];
  }

  /** What runs may override. */
  get allowed(): readonly Override[] {
    const overrides = this.content.overrides as { allow?: Override[] } | null | undefined;
    return overrides?.allow ?? DEFAULT_OVERRIDES;
  }
}

function tooManyDollars(count: number): FieldError {
  const most = MOST_DOLLARS.toLocaleString('en');
  const why = `the template has ${count.toLocaleString('en')} "$", and can have at most ${most}; put long scripts into a ConfigMap`;
  return field.forbidden('spec', why);
}
