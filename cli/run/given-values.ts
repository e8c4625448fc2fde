import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { parse } from 'yaml';
import type { ParameterValue } from '../../api/parameter.ts';
import type { FlagMistake } from './flag-mistake.ts';
import type { GivenValue } from './typed-values.ts';

export interface GivenValues {
  given: GivenValue[];
  /** From files, whose values have types. */
  fromFiles: Record<string, ParameterValue>;
  mistakes: FlagMistake[];
}

/** Reads what the flags `-p` and `-P` name. */
export async function readGivenValues(
  { param = [], paramsFile = [] }: { param?: string[]; paramsFile?: string[] },
  stdin: Readable,
): Promise<GivenValues> {
  const mistakes: FlagMistake[] = [];
  const given: GivenValue[] = [];
  const fromFiles: Record<string, ParameterValue> = {};
  for (const file of paramsFile) {
    await collect(mistakes, `-P ${file}`, async () => {
      Object.assign(fromFiles, valuesOf(parse(await contentOf(file, stdin))));
    });
  }
  for (const one of param) {
    const at = one.indexOf('=');
    if (at < 1) mistakes.push({ flag: `-p ${one}`, message: 'must have the form name=value' });
    const name = one.slice(0, at);
    if (at >= 1) {
      await collect(mistakes, `-p ${name}`, async () => {
        given.push({ name, text: await textOf(one.slice(at + 1), stdin) });
      });
    }
  }
  return { given, fromFiles, mistakes };
}

async function collect(mistakes: FlagMistake[], flag: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    mistakes.push({ flag, message: error instanceof Error ? error.message : String(error) });
  }
}

/** `@FILE` and `-` name a source; `@@` is an `@`. */
async function textOf(value: string, stdin: Readable): Promise<string> {
  if (value === '-') return contentOf(value, stdin);
  if (!value.startsWith('@')) return value;
  return value.startsWith('@@') ? value.slice(1) : contentOf(value.slice(1), stdin);
}

async function contentOf(source: string, stdin: Readable): Promise<string> {
  return source === '-' ? text(stdin) : readFile(source, 'utf8');
}

function valuesOf(document: unknown): Record<string, ParameterValue> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error('must contain a map of values by the names of parameters');
  }
  return document as Record<string, ParameterValue>;
}
