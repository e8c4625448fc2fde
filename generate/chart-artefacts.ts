import { readFileSync } from 'node:fs';
import type { Artefact } from './artefact.ts';
import { CHART_DIRECTORY, PLAIN_FILES, renderPlainManifests, type PlainFile } from './plain-manifests.ts';
import { pretty } from './pretty.ts';
import { valuesTable } from './values-table.ts';

const README = 'charts/job-template-run/README.md';
const BEGIN = '<!-- values: made by `npm run generate` from values.yaml -->';
const END = '<!-- end of values -->';

const readme = async (): Promise<string> => {
  const file = `${CHART_DIRECTORY}/README.md`;
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${file} must contain the lines ${BEGIN} and ${END}`);
  const table = valuesTable(readFileSync(`${CHART_DIRECTORY}/values.yaml`, 'utf8'));
  return pretty(`${text.slice(0, begin)}${BEGIN}\n\n${table}\n\n${text.slice(end)}`, README);
};

let rendered: Promise<Record<PlainFile, string>> | undefined;

const plainFile = (name: PlainFile): Artefact => {
  const path = `certs/${name}`;
  return {
    path,
    content: async () => {
      rendered ??= renderPlainManifests();
      return pretty((await rendered)[name], path);
    },
  };
};

/** The chart's README, and the manifests for an installation without Helm. Write the chart's CRDs before these. */
export const CHART_ARTEFACTS: Artefact[] = [{ path: README, content: readme }, ...PLAIN_FILES.map(plainFile)];
