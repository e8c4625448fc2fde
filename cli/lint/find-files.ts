import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';

/** A file that may contain manifests. */
export interface FoundFile {
  path: string;
  /** The user has named the file itself: then it must be readable, and in the right format. */
  isNamed: boolean;
}

export interface FoundFiles {
  files: FoundFile[];
  /** Paths that the user named, and why they cannot be read. */
  unreadable: { path: string; why: string }[];
}

const EXTENSIONS: readonly string[] = ['.yaml', '.yml', '.json'];
const STANDARD_INPUT = '-';
const MOST_FILES = 10_000;
const DEEPEST_FOLDER = 32;
const PASSED_OVER = /^(?:\..*|node_modules)$/;

/**
 * The files of the named files and folders, in the order of their names. Folders are searched for YAML and JSON. Symbolic
 * links are followed, but no folder and no file is read twice.
 *
 * @throws CommandError if there are too many, or a folder contains none
 */
export async function findFiles(named: readonly string[]): Promise<FoundFiles> {
  const search = new Search();
  for (const path of named) await search.addNamed(path);
  return { files: search.files, unreadable: search.unreadable };
}

class Search {
  readonly files: FoundFile[] = [];
  readonly unreadable: FoundFiles['unreadable'] = [];
  readonly #seen = new Set<string>();

  async addNamed(path: string): Promise<void> {
    if (path === STANDARD_INPUT) {
      this.#add({ path, isNamed: true });
      return;
    }
    try {
      if (!(await stat(path)).isDirectory()) await this.#addFile(path, true);
      else if (!(await this.#isSeen(path)) && !(await this.#addFolder(path, 0))) throw withoutManifests(path);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      this.unreadable.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @returns whether the folder contains a manifest */
  async #addFolder(folder: string, depth: number): Promise<boolean> {
    if (depth > DEEPEST_FOLDER) throw refused(`${folder} is more than ${DEEPEST_FOLDER} folders deep; name it itself`);
    const names = (await readdir(folder)).filter((name) => !PASSED_OVER.test(name)).toSorted();
    let isFound = false;
    for (const name of names) {
      const path = join(folder, name);
      // A link can lead nowhere.
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isDirectory() === true) {
        if (!(await this.#isSeen(path)) && (await this.#addFolder(path, depth + 1))) isFound = true;
      } else if (stats?.isFile() === true && EXTENSIONS.includes(extname(name).toLowerCase())) {
        await this.#addFile(path, false);
        isFound = true;
      }
    }
    return isFound;
  }

  async #addFile(path: string, isNamed: boolean): Promise<void> {
    if (!(await this.#isSeen(path))) this.#add({ path, isNamed });
  }

  #add(file: FoundFile): void {
    if (this.files.length >= MOST_FILES) {
      throw refused(`there are more than ${MOST_FILES.toLocaleString('en')} files; name fewer folders at once`);
    }
    this.files.push(file);
  }

  async #isSeen(path: string): Promise<boolean> {
    const real = await realpath(path);
    if (this.#seen.has(real)) return true;
    this.#seen.add(real);
    return false;
  }
}

function withoutManifests(folder: string): CommandError {
  return refused(`${folder} contains no file that ends with ${EXTENSIONS.join(', ')}; name another folder, or a file`);
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.nothingStarted, message);
}
