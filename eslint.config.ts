import type { Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import { configs as regexp } from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Folders that `folder` must not import from: the dependency direction: core and kube import api; cli imports these three; revisions imports core and kube; webhook and syncer import all four. */
const boundary = (folder: string, forbidden: string[]): Linter.Config => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: forbidden.map((other) => ({
          regex: `^(\\.\\./)+${other}/`,
          message: `${folder}/ must not import ${other}/ (see docs/architecture.md).`,
        })),
      },
    ],
  },
});

/** Folders whose files and functions have a length limit. Tests have none: a table of cases may be long. */
const PRODUCT = [
  'api',
  'core',
  'kube',
  'revisions',
  'webhook',
  'syncer',
  'supervisor',
  'cli',
  'generate',
  'local-kubernetes',
  'packages',
  'examples',
].map((folder) => `${folder}/**/*.ts`);

const FILE_LINES = { max: 250, skipComments: true, skipBlankLines: true };
const FUNCTION_LINES = { max: 40, skipComments: true, skipBlankLines: true };

/** Folders that help to build the product and are no part of it. */
const TOOLS = ['generate', 'local-kubernetes', 'test', 'examples'];
/** What nothing imports: tools, and the command line. */
const OUTSIDE = [...TOOLS, 'cli'];

export default defineConfig(
  { ignores: ['dist/', '.cluster/', '.stryker/', 'node_modules/', 'coverage/', '**/generated/'] },
  tseslint.configs.strictTypeChecked,
  regexp.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: [] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
    },
  },
  {
    files: PRODUCT,
    rules: {
      'max-lines': ['error', FILE_LINES],
      'max-lines-per-function': ['error', FUNCTION_LINES],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Plain JavaScript, for every Node.
    files: ['**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  boundary('api', ['core', 'kube', 'revisions', 'webhook', 'syncer', 'supervisor', ...OUTSIDE]),
  boundary('core', ['kube', 'revisions', 'webhook', 'syncer', 'supervisor', ...OUTSIDE]),
  boundary('kube', ['core', 'revisions', 'webhook', 'syncer', 'supervisor', ...OUTSIDE]),
  boundary('revisions', ['webhook', 'syncer', 'supervisor', ...OUTSIDE]),
  boundary('webhook', ['syncer', 'supervisor', ...OUTSIDE]),
  boundary('syncer', ['webhook', 'supervisor', ...OUTSIDE]),
  boundary('supervisor', ['api', 'core', 'revisions', 'webhook', 'syncer', ...OUTSIDE]),
  boundary('charts', ['api', 'core', 'kube', 'revisions', 'webhook', 'syncer', ...OUTSIDE]),
  boundary('local-kubernetes', ['webhook', 'syncer', 'revisions', 'generate', 'test', 'examples', 'cli']),
  boundary('generate', ['kube', 'revisions', 'webhook', 'syncer', 'test', 'examples', 'cli']),
  boundary('cli', ['revisions', 'webhook', 'syncer', 'supervisor', ...TOOLS]),
);
