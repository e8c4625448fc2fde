import { CHART_ARTEFACTS } from './chart-artefacts.ts';
import { CLUSTER_JOB_TEMPLATE_RESOURCE, JOB_RUN_RESOURCE, JOB_TEMPLATE_RESOURCE } from '../api/custom-resources.ts';
import type { CustomResource } from '../api/custom-resources.ts';
import type { Artefact } from './artefact.ts';
import { customResourceDefinitionYaml } from './custom-resource-definition.ts';
import { referencePage } from './reference.ts';

const CRDS = 'charts/job-template-run/files/crds';
const HEADER = '# Made by `npm run generate` from the schemas in api/. Do not edit.\n';

const crd = (custom: CustomResource): Artefact => ({
  path: `${CRDS}/${custom.resource.plural}.yaml`,
  content: () => HEADER + customResourceDefinitionYaml(custom),
});

/** Files that are generated only from the schemas and names in api/. */
export const API_ARTEFACTS: Artefact[] = [
  crd(JOB_TEMPLATE_RESOURCE),
  crd(CLUSTER_JOB_TEMPLATE_RESOURCE),
  crd(JOB_RUN_RESOURCE),
  { path: 'docs/reference.md', content: referencePage },
];

/** Every generated file. To add one, add it here: `npm run verify` then checks it too. */
export const ARTEFACTS: Artefact[] = [...API_ARTEFACTS, ...CHART_ARTEFACTS];
