import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { API_ARTEFACTS } from '../../../generate/artefacts.ts';
import { repositoryPath } from '../../../generate/repository.ts';
import { staleArtefacts } from '../../../generate/stale.ts';

const artefacts = [
  { path: 'a.yaml', content: () => 'one\ntwo\nthree\n' },
  { path: 'b.md', content: () => Promise.resolve('text\n') },
];

const check = (committed: Record<string, string>) => staleArtefacts(artefacts, (path) => committed[path]);

test('files that equal what the sources generate are not stale', async () => {
  expect(await check({ 'a.yaml': 'one\ntwo\nthree\n', 'b.md': 'text\n' })).toEqual([]);
});

test('a file edited by hand is reported with the first line that differs', async () => {
  expect(await check({ 'a.yaml': 'one\n2\nthree\n', 'b.md': 'text\n' })).toEqual([
    { path: 'a.yaml', difference: ['@@ line 2 @@', '-2', '-three', '-', '+two', '+three', '+'] },
  ]);
});

test('extra lines at the end of the committed file are shown', async () => {
  expect(await check({ 'a.yaml': 'one\ntwo\nthree\n\nfour\n', 'b.md': 'text\n' })).toEqual([
    { path: 'a.yaml', difference: ['@@ line 5 @@', '-four', '-'] },
  ]);
});

test('a file that was never committed is stale', async () => {
  expect(await check({ 'a.yaml': 'one\ntwo\nthree\n' })).toEqual([
    { path: 'b.md', difference: ['the file does not exist'] },
  ]);
});

test('the committed CRDs and the reference page equal what the sources generate', async () => {
  expect(await staleArtefacts(API_ARTEFACTS, (path) => readFileSync(repositoryPath(path), 'utf8'))).toEqual([]);
});
