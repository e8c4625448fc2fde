/** Bundles `kubectl jobrun` into one file: it starts several times faster than with its dependencies as folders. */
import { chmod, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { COMPLETE } from '../../cli/completion/shell-scripts.ts';

const repository = join(import.meta.dirname, '../..');
const [file = join(import.meta.dirname, 'dist/kubectl-jobrun.mjs')] = process.argv.slice(2);
/** Of the client library, only kubeconfigs are needed. Its API classes are three times as large as all the rest. */
const kubeConfigOnly = join(repository, 'node_modules/@kubernetes/client-node/dist/config.js');

const bundle = await rolldown({
  input: join(repository, 'cli/main.ts'),
  platform: 'node',
  plugins: [
    {
      name: 'kubeconfig-only',
      resolveId: (source) => (source === '@kubernetes/client-node' ? kubeConfigOnly : null),
    },
  ],
});
await bundle.write({ file, format: 'esm', minify: true, codeSplitting: false });
await bundle.close();
await chmod(file, 0o755);

/** kubectl calls a program of this name to complete the words after `kubectl jobrun`. */
const completion = join(dirname(file), 'kubectl_complete-jobrun.mjs');
const program = `#!/usr/bin/env node
process.argv.splice(2, 0, '${COMPLETE}');
await import('./${basename(file)}');
`;
await writeFile(completion, program, { mode: 0o755 });
