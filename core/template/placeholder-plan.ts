import { MOST_PATH_CHARACTERS } from '../../api/limits.ts';
import { FieldPath } from '../errors/field-path.ts';
import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import { fieldType, schemaOfElements, schemaOfField, SCHEMA_OF_SPEC, type FieldType } from './field-type.ts';
import { tokenise, type Placeholder, type Token } from './placeholder.ts';

/** Where placeholders are replaced. A value without a node does not change. */
export type PlanNode =
  | { kind: 'string'; tokens: Token[]; kubelet: boolean; type?: FieldType }
  | { kind: 'elements'; name: string; kubelet: boolean; type?: FieldType }
  | { kind: 'list'; items: ReadonlyMap<number, PlanNode> }
  | { kind: 'map'; fields: ReadonlyMap<string, PlanNode> };

/** A string of the template with a `$` in it. */
export interface TemplateString {
  /** Field path from the template's root. */
  readonly path: string;
  /** Path of the list, or of the map with free keys, that holds the string. */
  readonly collection?: string | undefined;
  readonly tokens: Token[];
  readonly kind: 'field' | 'element' | 'key';
  /** What Kubernetes takes there, if it is not text only. */
  readonly type?: FieldType | undefined;
}

/** The text of the paths is joined at each use: a long key would be part of very many texts. */
class StringAtPath implements TemplateString {
  readonly tokens: Token[];
  readonly kind: TemplateString['kind'];
  readonly type: FieldType | undefined;
  readonly #path: FieldPath;
  readonly #collection: FieldPath | undefined;

  constructor(
    { path, collection }: Pick<Place, 'path' | 'collection'>,
    { tokens, kind, type }: Pick<TemplateString, 'tokens' | 'kind' | 'type'>,
  ) {
    this.tokens = tokens;
    this.kind = kind;
    this.type = type;
    this.#path = path;
    this.#collection = collection;
  }

  get path(): string {
    return String(this.#path);
  }

  get collection(): string | undefined {
    return this.#collection && String(this.#collection);
  }
}

export interface PlaceholderPlan {
  /** Of `spec`. */
  root?: PlanNode;
  jobMetadata?: PlanNode;
  strings: TemplateString[];
  /** Path of a value too deep to be part of a JobSpec; its content is not part of the plan. */
  tooDeep?: string;
  /** The paths of the strings have more characters than {@link MOST_PATH_CHARACTERS}; the rest is not part of the plan. */
  tooLong?: true;
}

/** A plan that is being made. */
interface Draft {
  plan: PlaceholderPlan;
  /** Characters of the paths in it. */
  characters: number;
}

/** At least twice as deep as any JobSpec. */
const DEEPEST = 64;

/** Maps with free keys. */
const FREE_KEYS = /^(?:labels|annotations|nodeSelector|matchLabels|limits|requests|overhead|options|volumeAttributes)$/;

/** Strings in which the kubelet expands `$(…)`. Lifecycle hooks are not among them. */
const EXPANDED_BY_KUBELET =
  /^spec\.template\.spec\.(?:containers|initContainers)\[\d+\]\.(?:(?:command|args)\[\d+\]|env\[\d+\]\.value|(?:liveness|readiness|startup)Probe\.exec\.command\[\d+\]|volumeMounts\[\d+\]\.subPathExpr)$/;

/** Finds the placeholders of a template's `spec` and `jobMetadata`. */
export function placeholderPlan(spec: unknown, jobMetadata?: unknown): PlaceholderPlan {
  const plan: PlaceholderPlan = { strings: [] };
  const draft: Draft = { plan, characters: 0 };
  const root = visitRoot(spec, { name: 'spec', schema: SCHEMA_OF_SPEC }, draft);
  if (root) plan.root = root;
  const ofJob = visitRoot(jobMetadata, { name: 'jobMetadata', schema: undefined }, draft);
  if (ofJob) plan.jobMetadata = ofJob;
  return plan;
}

function visitRoot(
  value: unknown,
  { name, schema }: { name: string; schema: JsonSchema | undefined },
  draft: Draft,
): PlanNode | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return visit({ value, path: FieldPath.of(name), field: name, depth: 0, schema }, draft);
}

interface Place {
  value: unknown;
  path: FieldPath;
  /** Name of the nearest field. */
  field: string;
  depth: number;
  collection?: FieldPath;
  element?: boolean;
  /** Whether the kubelet expands `$(…)` there. Default: the path says it. */
  isExpanded?: () => boolean;
  /** Kubernetes' schema of the value; `undefined` if it has none. */
  schema: JsonSchema | undefined;
}

function visit(place: Place, draft: Draft): PlanNode | undefined {
  const { value, path, depth } = place;
  if (typeof value === 'string') return value.includes('$') ? visitString(place, value, draft) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST) {
    draft.plan.tooDeep = String(path);
    return undefined;
  }
  return Array.isArray(value) ? visitList(place, value, draft) : visitMap(place, value, draft);
}

/** Whether the paths fit into the plan. */
function fits(draft: Draft, path: FieldPath, collection?: FieldPath): boolean {
  draft.characters += path.length + (collection?.length ?? 0);
  if (draft.characters <= MOST_PATH_CHARACTERS) return true;
  draft.plan.tooLong = true;
  return false;
}

function visitString(place: Place, text: string, draft: Draft): PlanNode | undefined {
  const { collection, element = false } = place;
  if (!fits(draft, place.path, collection)) return undefined;
  const tokens = tokenise(text);
  const kubelet = place.isExpanded?.() ?? isExpandedByKubelet(place.path);
  const type = fieldType(place.schema);
  const typed = type !== undefined && { type };
  draft.plan.strings.push(new StringAtPath(place, { tokens, kind: element ? 'element' : 'field', type }));
  const spread = element ? wholeSpread(tokens) : undefined;
  if (spread) return { kind: 'elements', name: spread.name, kubelet, ...typed };
  const changes = tokens.some(({ kind }) => kind === 'placeholder' || (kind === 'escaped' && !kubelet));
  return changes ? { kind: 'string', tokens, kubelet, ...typed } : undefined;
}

function isExpandedByKubelet(path: FieldPath): boolean {
  return EXPANDED_BY_KUBELET.test(String(path));
}

/** The placeholder `$(params.NAME[*])`, if the string has nothing else. */
function wholeSpread(tokens: readonly Token[]): Placeholder | undefined {
  const [first] = tokens;
  return tokens.length === 1 && first?.kind === 'placeholder' && first.spread ? first : undefined;
}

function visitList(
  { path, field, depth, schema: listSchema }: Place,
  list: readonly unknown[],
  draft: Draft,
): PlanNode | undefined {
  const items = new Map<number, PlanNode>();
  const ofElements = { field, depth: depth + 1, schema: schemaOfElements(listSchema) };
  // The same for all strings of the list; without any, the path is not needed.
  let kubelet: boolean | undefined;
  const isExpanded = (): boolean => (kubelet ??= isExpandedByKubelet(path.index(0)));
  const elements = { ...ofElements, collection: path, element: true, isExpanded };
  for (const [index, value] of list.entries()) {
    const node = visit({ ...elements, value, path: path.index(index) }, draft);
    if (node) items.set(index, node);
  }
  return items.size === 0 ? undefined : { kind: 'list', items };
}

function visitMap({ path, field, depth, schema }: Place, map: object, draft: Draft): PlanNode | undefined {
  const free = FREE_KEYS.test(field);
  const fields = new Map<string, PlanNode>();
  for (const [key, value] of Object.entries(map) as [string, unknown][]) {
    const here = {
      value,
      path: pathOfKey(path, field, key),
      field: key,
      depth: depth + 1,
      schema: schemaOfField(schema, key),
    };
    if (key.includes('$') && fits(draft, here.path)) {
      draft.plan.strings.push(new StringAtPath({ path: here.path }, { tokens: tokenise(key), kind: 'key' }));
    }
    const node = visit(free ? { ...here, collection: path } : here, draft);
    if (node) fields.set(key, node);
  }
  return fields.size === 0 ? undefined : { kind: 'map', fields };
}

/** @param field the name of the nearest field, whose value holds the key. */
export function pathOfKey(path: FieldPath, field: string, key: string): FieldPath {
  return FREE_KEYS.test(field) || !/^[A-Z]\w*$/i.test(key) ? path.key(key) : path.child(key);
}
