import {
  CATEGORY,
  CLUSTER_JOB_TEMPLATE_RESOURCE,
  JOB_RUN_RESOURCE,
  JOB_TEMPLATE_RESOURCE,
} from '../api/custom-resources.ts';
import type { CustomResource } from '../api/custom-resources.ts';
import { ANNOTATIONS, CONDITIONS, LABELS, PHASE_MEANINGS } from '../api/glossary.ts';
import type { Term } from '../api/glossary.ts';
import { REASONS } from '../api/reason-glossary.ts';
import { KUBERNETES_VERSION } from '../api/kubernetes/definitions.ts';
import type { JsonSchema } from '../api/kubernetes/json-schema.ts';
import { API_VERSION } from '../api/names.ts';
import { pretty } from './pretty.ts';
import { structuralSchema } from './structural-schema.ts';

const table = (head: string[], rows: string[][]): string => {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};

const typeOfMap = ({ additionalProperties }: JsonSchema): string =>
  additionalProperties === undefined ? 'object' : `map of ${typeName(additionalProperties)}`;

const TYPE_NAMES: Record<string, (schema: JsonSchema) => string> = {
  array: ({ items = {} }) => `list of ${typeName(items)}`,
  object: typeOfMap,
  string: ({ format: kind }) => (kind === 'date-time' ? 'time' : 'string'),
};

/** The type of a field in a word or two. */
const typeName = (schema: JsonSchema): string => {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const type = [schema.type ?? 'any'].flat().join(' or ');
  return TYPE_NAMES[type]?.(schema) ?? type;
};

/** The fields of an object, and those of the objects in it down to `depth`. */
const fieldRows = (schema: JsonSchema, prefix: string, depth: number): string[][] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}.${name}`;
    const required = schema.required?.includes(name) === true ? 'yes' : '';
    const row = [`\`${path}\``, typeName(field), required, field.description ?? ''];
    const inner = field.type === 'array' ? field.items : field;
    const innerPrefix = field.type === 'array' ? `${path}[]` : path;
    return [row, ...(depth > 1 ? fieldRows(inner ?? {}, innerPrefix, depth - 1) : [])];
  });

const fieldTable = (schema: JsonSchema, prefix: string, depth: number): string =>
  table(['Field', 'Type', 'Required', 'Meaning'], fieldRows(schema, prefix, depth));

const columnTable = ({ columns }: CustomResource): string =>
  table(
    ['Column', 'From', 'Meaning'],
    columns.map(({ name, jsonPath, description, priority }) => [
      priority === undefined ? name : `${name} (\`-o wide\`)`,
      `\`${jsonPath}\``,
      description,
    ]),
  );

const termTable = (head: string, terms: readonly Term[]): string =>
  table(
    [head, 'On', 'Meaning'],
    terms.map(({ name, on, meaning }) => [`\`${name}\``, on, meaning]),
  );

const property = (custom: CustomResource, name: string): JsonSchema => {
  const found = structuralSchema(custom.schema).properties?.[name];
  if (found === undefined) throw new Error(`${custom.resource.kind} has no ${name}`);
  return found;
};

const heading = ({ resource, shortName, schema }: CustomResource): string => `## ${resource.kind}

${(schema as JsonSchema).description ?? ''}

\`apiVersion: ${API_VERSION}\`, \`kind: ${resource.kind}\`, ${resource.clusterScoped === true ? 'cluster-scoped' : 'namespaced'}. With kubectl: \`${resource.plural}\`, short \`${shortName}\`.`;

const jobRun = (): string => `${heading(JOB_RUN_RESOURCE)}

### spec

${fieldTable(property(JOB_RUN_RESOURCE, 'spec'), 'spec', 1)}

### status

Only the syncer writes the status.

${fieldTable(property(JOB_RUN_RESOURCE, 'status'), 'status', 2)}

### Phases

${table(
  ['Phase', 'Meaning'],
  Object.entries(PHASE_MEANINGS).map(([phase, meaning]) => [`\`${phase}\``, meaning]),
)}

### Columns of \`kubectl get jobruns\`

${columnTable(JOB_RUN_RESOURCE)}`;

const jobTemplate = (): string => `${heading(JOB_TEMPLATE_RESOURCE)}

### spec

A complete JobSpec of batch/v1, with the schema of Kubernetes ${KUBERNETES_VERSION}. Fields that are not in this schema are preserved, so that
you can use the fields of a newer Kubernetes. This table shows only the first level. For nested fields, use
\`kubectl explain\`, for example \`kubectl explain jobtemplate.spec.template.spec.containers\`.

${fieldTable(property(JOB_TEMPLATE_RESOURCE, 'spec'), 'spec', 1)}

### jobMetadata

${fieldTable(property(JOB_TEMPLATE_RESOURCE, 'jobMetadata'), 'jobMetadata', 1)}

### parameters

${fieldTable(parameters(), 'parameters[]', 2)}

### overrides

${fieldTable(property(JOB_TEMPLATE_RESOURCE, 'overrides'), 'overrides', 1)}

### results

${fieldTable(results(), 'results[]', 2)}

### Columns of \`kubectl get jobtemplates\`

${columnTable(JOB_TEMPLATE_RESOURCE)}`;

const results = (): JsonSchema => property(JOB_TEMPLATE_RESOURCE, 'results').items ?? {};

const parameters = (): JsonSchema => property(JOB_TEMPLATE_RESOURCE, 'parameters').items ?? {};

const clusterJobTemplate = (): string => `${heading(CLUSTER_JOB_TEMPLATE_RESOURCE)}

A ClusterJobTemplate has the same fields and columns as a JobTemplate.`;

/** The reference page, `docs/reference.md`. */
export const referencePage = (): Promise<string> =>
  pretty(
    `<!-- Made by \`npm run generate\` from the schemas and names in api/. Do not edit. -->

# Reference

This page describes three kinds of objects. \`kubectl get ${CATEGORY}\` lists all objects of these kinds. \`kubectl explain jobrun.spec\`
prints the descriptions of the fields.

${jobRun()}

${jobTemplate()}

${clusterJobTemplate()}

## Labels

${termTable('Label', LABELS)}

## Annotations

${termTable('Annotation', ANNOTATIONS)}

## Conditions

${termTable('Condition', CONDITIONS)}

## Reasons

These are the reasons in the conditions and Events of a JobRun.

${termTable('Reason', REASONS)}
`,
    'docs/reference.md',
  );
