import type { Resource } from '../../api/resources.ts';

/** One object, or one of its subresources. Without a namespace: cluster-scoped. */
export interface ObjectKey {
  namespace?: string | undefined;
  name: string;
  subresource?: string | undefined;
}

/** URL path of a resource's list, in one namespace or, if absent, in all. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace.toWellFormed())}`;
  return `${root}${scope}/${resource.plural}`;
}

/** URL path of one object or its subresource. */
export function objectPath(resource: Resource, key: ObjectKey): string {
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name.toWellFormed())}`;
  return key.subresource === undefined ? path : `${path}/${key.subresource}`;
}
