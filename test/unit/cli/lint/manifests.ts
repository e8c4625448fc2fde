import { resourceOf } from './resources.ts';
import { readDocuments } from '../../../../cli/lint/read-documents.ts';
import { lint } from '../../../../cli/lint/lint.ts';
import { problemsOf, type Manifest } from '../../../../cli/lint/read-manifests.ts';

/** The manifests of some files, by their names. */
export const manifestsOf = (files: Record<string, string>): Manifest[] =>
  Object.entries(files)
    .flatMap(([file, text]) => readDocuments(file, text).objects)
    .map((object) => {
      const value = object.value as Manifest['value'];
      return { ...object, value, resource: resourceOf(value.kind ?? '') };
    });

/** What is found in the files, one line for each problem. */
export const linted = (files: Record<string, string>, namespace?: string): string[] =>
  lint(manifestsOf(files), namespace)
    .flatMap(({ manifest, findings, unknown }) => problemsOf(manifest, [...findings, ...unknown]))
    .map(({ file, line, severity, path, message }) => `${file}:${line} ${severity} ${path}: ${message}`);
