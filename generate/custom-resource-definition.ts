import { Document, isScalar, isSeq, visit } from 'yaml';
import type { CustomResource } from '../api/custom-resources.ts';
import { CATEGORY } from '../api/custom-resources.ts';
import type { JsonSchema } from '../api/kubernetes/json-schema.ts';
import { structuralWithPlaceholders } from '../api/kubernetes/placeholders.ts';
import { structuralSchema } from './structural-schema.ts';

/**
 * A CustomResourceDefinition as a plain object. It has no labels and annotations: the installer adds them.
 */
export const customResourceDefinition = (custom: CustomResource) => {
  const { group, kind, plural, version } = custom.resource;
  const schema = custom.schema as JsonSchema;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [custom.shortName],
        categories: [CATEGORY],
      },
      scope: custom.resource.clusterScoped === true ? 'Cluster' : 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(custom.statusSubresource ? { subresources: { status: {} } } : {}),
          ...(custom.selectableFields === undefined
            ? {}
            : { selectableFields: custom.selectableFields.map((jsonPath) => ({ jsonPath })) }),
          additionalPrinterColumns: custom.columns,
          schema: { openAPIV3Schema: placeholders(rootSchema(schema), custom) },
        },
      ],
    },
  };
};

/** The API server has its own schemas for these, and does not allow others. */
const TYPE_META: Record<string, JsonSchema> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
};

const rootSchema = (schema: JsonSchema): JsonSchema =>
  structuralSchema({
    ...schema,
    required: (schema.required ?? []).filter((name) => !(name in TYPE_META)),
    properties: { ...schema.properties, ...TYPE_META },
  });

const placeholders = (root: JsonSchema, { placeholdersIn: name }: CustomResource): JsonSchema => {
  const schema = name === undefined ? undefined : root.properties?.[name];
  if (name === undefined || schema === undefined) return root;
  return { ...root, properties: { ...root.properties, [name]: structuralWithPlaceholders(schema) } };
};

/** Fields without subfields are written on one line. So the file has half as many lines, and is smaller than 256 KiB. */
const leavesOnOneLine = (document: Document): void => {
  visit(document, {
    Map: (_, map) => {
      const leaf = map.items.every(({ value }) => isScalar(value) || (isSeq(value) && value.items.every(isScalar)));
      if (leaf && ['type', 'rule', 'pattern'].some((key) => map.has(key))) map.flow = true;
    },
  });
};

/** The CRD as YAML, as it is committed and shipped. */
export const customResourceDefinitionYaml = (custom: CustomResource): string => {
  const document = new Document(customResourceDefinition(custom), { aliasDuplicateObjects: false });
  leavesOnOneLine(document);
  return document.toString({ indent: 1, indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
};
