import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { repositoryDirectory } from '../../../../local-kubernetes/paths.ts';
import { measuredText, withBlock, type StoredReport } from '../../../bench/write.ts';
import { soakText, type SoakReport } from '../../../faults/soak-report.ts';

const docs = join(repositoryDirectory, 'docs');
const stored = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(docs, name), 'utf8'));

describe('docs/performance.md', () => {
  it('shows what docs/performance.json and docs/soak.json store', async () => {
    const file = join(docs, 'performance.md');
    const page = await readFile(file, 'utf8');
    const measured = withBlock(page, 'measured', measuredText((await stored('performance.json')) as StoredReport[]));
    const both = withBlock(measured, 'soak', soakText((await stored('soak.json')) as SoakReport));
    expect(page).toBe(await format(both, { ...(await resolveConfig(file)), parser: 'markdown' }));
  });
});

describe('a block of a page', () => {
  it('is replaced, and nothing around it', () => {
    const page = 'before\n<!-- a: begin -->old<!-- a: end -->\nafter <!-- b: begin --><!-- b: end -->';
    expect(withBlock(page, 'a', 'new')).toBe(
      'before\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\nafter <!-- b: begin --><!-- b: end -->',
    );
  });

  it.each(['no mark', '<!-- a: begin --> no end'])('must exist: %s', (page) => {
    expect(() => withBlock(page, 'a', 'new')).toThrow('lacks <!-- a: begin --> or <!-- a: end -->');
  });
});
