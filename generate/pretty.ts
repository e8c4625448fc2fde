import { format, resolveConfig } from 'prettier';
import { repositoryPath } from './repository.ts';

/** The text as Prettier formats the file at this path, with the repository's own configuration. */
export const pretty = async (text: string, path: string): Promise<string> => {
  const file = repositoryPath(path);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
};
