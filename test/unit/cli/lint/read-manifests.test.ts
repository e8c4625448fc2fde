import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifests } from '../../../../cli/lint/read-manifests.ts';

const RUN = 'apiVersion: hematoscope.app/v1\nkind: JobRun\nmetadata: { name: one }\n';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function put(path: string, text = RUN): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function read(...paths: string[]) {
  const named = paths.map((path) => (path === '-' ? path : join(folder, path)));
  const { manifests, problems, ...counts } = await readManifests(named, Readable.from([RUN]));
  const short = (file: string) => file.replace(`${folder}/`, '');
  return {
    ...counts,
    found: manifests.map(({ file }) => short(file)),
    problems: problems.map(({ file, line, message }) => `${short(file)}:${line} ${message}`),
  };
}

describe('the manifests of files and folders', () => {
  it('are those with a known ending, at any depth, but not in hidden folders', async () => {
    for (const path of ['b/x.yml', 'a.yaml', 'c.json', 'd.txt', '.git/e.yaml', 'node_modules/f.yaml']) await put(path);
    expect(await read('')).toMatchObject({ found: ['a.yaml', 'b/x.yml', 'c.json'], problems: [], files: 3 });
  });

  it('can have any ending if the file is named, and come from the standard input', async () => {
    await put('d.txt');
    expect(await read('d.txt', '-')).toMatchObject({ found: ['d.txt', '-'] });
  });

  it('are read once, whatever leads to them', async () => {
    await put('a/x.yaml');
    await symlink('..', join(folder, 'a/loop'));
    await symlink('a', join(folder, 'link'));
    await symlink('nowhere', join(folder, 'a/dangling.yaml'));
    expect(await read('', 'a', 'a/x.yaml')).toMatchObject({ found: ['a/x.yaml'], problems: [], files: 1 });
  });

  it('do not include other kinds, and files of other tools in a folder', async () => {
    await put('a.yaml', 'apiVersion: v1\nkind: Secret\n---\n[1]\n---\ntext\n');
    await put('tsconfig.json', '{ // comment\n "a": }');
    expect(await read('')).toMatchObject({ found: [], problems: [], passedOver: 4 });
  });

  it.each([
    ['another version', RUN.replace('/v1', '/v2'), 'a.yaml:1 there is only hematoscope.app/v1'],
    [
      'a misspelt kind',
      RUN.replace('JobRun', 'Jobrun'),
      'a.yaml:2 hematoscope.app has no such kind; did you mean "JobRun"?',
    ],
    ['a template of a chart', `${RUN}{{ if a }}\n`, /^a\.yaml:\d is neither YAML nor JSON: .*"helm template"/],
  ])('are wrong with %s', async (_, text, expected) => {
    await put('a.yaml', text);
    expect((await read('')).problems).toEqual([expect.stringMatching(expected)]);
  });

  it('must exist and be of a moderate size if they are named', async () => {
    await put('large.yaml');
    await truncate(join(folder, 'large.yaml'), 5 * 1024 * 1024);
    expect((await read('nowhere.yaml', 'large.yaml')).problems).toEqual([
      expect.stringMatching(/^nowhere\.yaml:1 cannot be read: ENOENT/),
      'large.yaml:1 has 5 MiB, and can have at most 4 MiB; split it',
    ]);
  });

  it('are not read to the end if a pipe never ends', async () => {
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (; read < 64; read += 1) yield Buffer.alloc(1024 * 1024, '#');
      })(),
    );
    const { problems } = await readManifests(['-'], endless);
    expect(problems.map(({ message }) => message)).toEqual(['has more than 4 MiB; split it']);
    expect(read).toBeLessThan(32);
  });

  it('must be somewhere in a named folder', async () => {
    await put('a/readme.md');
    await expect(read('a')).rejects.toThrow(/contains no file that ends with \.yaml, \.yml, \.json/);
  });

  it('are not deeper than 32 folders', async () => {
    await put(`${'d/'.repeat(32)}x.yaml`);
    expect((await read('')).found).toHaveLength(1);
    await put(`${'d/'.repeat(33)}x.yaml`);
    await expect(read('')).rejects.toThrow(/is more than 32 folders deep; name it itself$/);
  });
});
