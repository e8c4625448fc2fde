import type { KubeObject } from '../../api/wire.ts';
import { printableJson } from './printable.ts';
import { yamlText } from './yaml-text.ts';

export const OBJECT_FORMATS = ['name', 'json', 'yaml'] as const;
/** How objects are printed for programs. */
export type ObjectFormat = (typeof OBJECT_FORMATS)[number];

/** One object as kubectl prints it, without a line break at the end. */
export function objectText(format: ObjectFormat, object: KubeObject): string {
  if (format === 'name')
    return `${(object.kind ?? '').toLowerCase()}.${groupOf(object)}/${object.metadata?.name ?? ''}`;
  return valueText(format, object);
}

/** A list of objects as kubectl prints it. */
export function objectsText(format: ObjectFormat, items: readonly KubeObject[]): string {
  if (format === 'name') return items.map((item) => objectText(format, item)).join('\n');
  return valueText(format, { apiVersion: 'v1', kind: 'List', metadata: {}, items });
}

function valueText(format: 'json' | 'yaml', value: unknown): string {
  return format === 'json' ? printableJson(JSON.stringify(value, null, 2)) : yamlText(value).trimEnd();
}

function groupOf({ apiVersion = '' }: KubeObject): string {
  return apiVersion.split('/')[0] ?? '';
}
