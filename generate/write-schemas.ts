/** Writes the JSON Schemas of the three kinds, which are published with a release: `npm run build:schemas` */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CLUSTER_JOB_TEMPLATE_RESOURCE, JOB_RUN_RESOURCE, JOB_TEMPLATE_RESOURCE } from '../api/custom-resources.ts';
import { editorSchema, editorSchemaPath } from './editor-schema.ts';
import { repositoryPath } from './repository.ts';

for (const custom of [JOB_TEMPLATE_RESOURCE, CLUSTER_JOB_TEMPLATE_RESOURCE, JOB_RUN_RESOURCE]) {
  const file = repositoryPath(`dist/schemas/${editorSchemaPath(custom)}`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(editorSchema(custom)));
}
