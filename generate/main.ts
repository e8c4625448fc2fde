/**
 * `npm run generate` writes every generated file. `npm run verify` (`--check`) writes nothing, and fails if a generated
 * file is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Artefact } from './artefact.ts';
import { ARTEFACTS } from './artefacts.ts';
import { repositoryPath } from './repository.ts';
import { staleArtefacts } from './stale.ts';

const read = (path: string): string | undefined => {
  const file = repositoryPath(path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const write = async ({ path, content }: Artefact): Promise<void> => {
  const wanted = await content();
  const changed = wanted !== read(path);
  if (changed) {
    mkdirSync(dirname(repositoryPath(path)), { recursive: true });
    writeFileSync(repositoryPath(path), wanted);
  }
  console.log(`${changed ? 'written  ' : 'unchanged'} ${path}`);
};

const check = async (): Promise<void> => {
  const stale = await staleArtefacts(ARTEFACTS, read);
  for (const { path, difference } of stale) console.error([path, ...difference].join('\n  '));
  if (stale.length === 0) {
    console.log(`${ARTEFACTS.length} generated files are up to date.`);
    return;
  }
  console.error(
    `\n${stale.length} of ${ARTEFACTS.length} generated files are stale. Run \`npm run generate\` and commit.`,
  );
  process.exitCode = 1;
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (values.check) await check();
else for (const artefact of ARTEFACTS) await write(artefact);
