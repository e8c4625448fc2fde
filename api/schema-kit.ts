/**
 * Schema constructors in addition to TypeBox's. TypeBox's own unions, enums and records are not structural. These
 * constructors return JSON Schema for ajv, which is a structural schema for a CRD once its `$ref`s are expanded.
 */
import type { Static, TSchema, TUnsafe } from 'typebox';
import { Type } from 'typebox';
import { refTo } from './kubernetes/json-schema.ts';
import type { JsonSchema } from './kubernetes/json-schema.ts';

/** Keywords besides the type. */
export type Keywords = Omit<JsonSchema, '$ref' | 'type' | 'properties' | 'items'>;

/** One of a fixed set of strings. */
export const StringEnum = <const V extends readonly string[]>(values: V, keywords: Keywords): TUnsafe<V[number]> =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...keywords });

/** A list that is replaced as a whole. */
export const AtomicList = <S extends TSchema>(items: S, keywords: Keywords): TUnsafe<Static<S>[]> =>
  Type.Unsafe<Static<S>[]>({ type: 'array', items, 'x-kubernetes-list-type': 'atomic', ...keywords });

/** A list whose items are identified by `keys`; server-side apply merges it item by item. */
export const ListMap = <S extends TSchema>(items: S, keys: string[], keywords: Keywords): TUnsafe<Static<S>[]> =>
  Type.Unsafe<Static<S>[]>({
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...keywords,
  });

/** A schema of Kubernetes itself, by the name of its definition; `T` is its type in JSON. */
export const Embedded = <T>(definition: string, keywords: Keywords = {}): TUnsafe<T> =>
  Type.Unsafe<T>({ $ref: refTo(definition), ...keywords });

/** A map of strings by string, such as labels. */
export const StringMap = (keywords: Keywords): TUnsafe<Record<string, string>> =>
  Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' }, ...keywords });

/**
 * A map of strings by string in which null means absent. Without `nullable`, the API server drops the null itself, so that
 * `{a: null}` arrives as the empty map, which clears what the template has.
 */
export const NullableStringMap = (keywords: Keywords): TUnsafe<Record<string, string>> =>
  Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    ...keywords,
  });

/**
 * Set on our own objects: the API server preserves their unknown fields, so that the webhook sees and refuses them, with
 * the name that the user may have meant. See ADR 22.
 */
export const UNKNOWN_FIELDS_REFUSED = { 'x-kubernetes-preserve-unknown-fields': true } as const;

/** Any JSON value; the API server stores it unchanged. */
export const AnyValue = <T>(keywords: Keywords): TUnsafe<T> =>
  Type.Unsafe<T>({ 'x-kubernetes-preserve-unknown-fields': true, ...keywords });
