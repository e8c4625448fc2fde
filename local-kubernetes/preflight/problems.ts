/** What a command needs: a control plane without nodes, a real node, Python for the example of a client, or a terminal. */
export type Need = 'control-plane' | 'full' | 'python' | 'terminal';

/** What the machine has. */
export interface MachineFacts {
  platform: NodeJS.Platform;
  arch: string;
  /** Version of the Node that runs this, such as `24.1.0`. */
  node: string;
  /** Version of Go in the folder of `go.mod`, such as `1.26.1`; undefined if there is no `go` on the PATH. */
  go: string | undefined;
  isRoot: boolean;
  /** Linux capabilities that a real node needs and this process lacks, such as `CAP_SYS_ADMIN`. */
  missingCapabilities: readonly string[];
  /** Debian packages that a real node needs and the machine lacks. */
  missingPackages: readonly string[];
  hasApt: boolean;
  /** Whether the machine is a node of another Kubernetes. */
  isNode: boolean;
  hasPythonVenv: boolean;
  hasTmux: boolean;
}

/** The oldest versions that work, as `24` or `1.26.0`. */
export interface OldestVersions {
  node: string;
  go: string;
}

/** One reason why a command cannot work on this machine. */
export interface Problem {
  what: string;
  /** The command, or else the step, that solves it. */
  mend: string;
}

/** Everything that the machine lacks; empty if nothing. */
export function problemsOf(facts: MachineFacts, oldest: OldestVersions, needs: readonly Need[]): Problem[] {
  const needsNode = needs.includes('full');
  const needsControlPlane = needsNode || needs.includes('control-plane');
  const node = nodeProblems(facts, oldest.node);
  if (needsControlPlane && facts.platform !== 'linux') return [...node, notLinux(facts.platform)];
  return [
    ...node,
    ...(needsControlPlane ? goProblems(facts, oldest.go) : []),
    ...(needsNode ? realNodeProblems(facts) : []),
    ...(needs.includes('python') && !facts.hasPythonVenv ? [noPythonVenv(facts)] : []),
    ...(needs.includes('terminal') && !facts.hasTmux ? noTmux(facts) : []),
  ];
}

/** A problem in one line. */
export const describeProblem = ({ what, mend }: Problem): string => `${what}. ${mend}`;

function nodeProblems({ node }: MachineFacts, oldest: string): Problem[] {
  if (!isOlder(node, oldest)) return [];
  const what = `Node ${oldest} or later is needed, and this is Node ${node}`;
  return [{ what, mend: 'Install the one that npm scripts use: npm ci' }];
}

function goProblems({ go, arch }: MachineFacts, oldest: string): Problem[] {
  if (go !== undefined && !isOlder(go, oldest)) return [];
  const archive = `https://go.dev/dl/go${oldest}.linux-${arch === 'x64' ? 'amd64' : arch}.tar.gz`;
  const unpack = `curl -fsSL ${archive} | sudo tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`;
  const install = go === undefined ? unpack : `sudo rm -rf /usr/local/go && ${unpack}`;
  const found = go === undefined ? 'there is no go on the PATH' : `this is Go ${go}`;
  return [
    { what: `Go ${oldest} or later is needed to build Kubernetes, and ${found}`, mend: `Install it: ${install}` },
  ];
}

function realNodeProblems(facts: MachineFacts): Problem[] {
  const problems: Problem[] = [];
  if (!facts.isRoot) {
    const what = 'A real node needs root (network namespaces, containerd), and this is another user';
    problems.push({ what, mend: 'Run the same command with: sudo env "PATH=$PATH"' });
  } else if (facts.missingCapabilities.length > 0) {
    const what = `A real node needs ${facts.missingCapabilities.join(' and ')}, which this container lacks`;
    problems.push({ what, mend: 'Start the container with: docker run --privileged' });
  }
  if (facts.isNode) {
    const what = 'This machine is a node of another Kubernetes (/var/lib/kubelet/config.yaml)';
    problems.push({ what, mend: 'A second kubelet would disturb it: use another machine' });
  }
  if (facts.missingPackages.length > 0 && !facts.hasApt) {
    const what = `There is no apt-get to install what is missing: ${facts.missingPackages.join(', ')}`;
    problems.push({ what, mend: 'Install these, by their names in your distribution' });
  }
  return problems;
}

function noPythonVenv({ isRoot, hasApt }: MachineFacts): Problem {
  const what = 'The tests of the Python client need Python 3 with venv';
  if (!hasApt) return { what, mend: 'Install both, by their names in your distribution' };
  return { what, mend: `Install both: ${isRoot ? '' : 'sudo '}apt-get install -y python3 python3-venv` };
}

/** Root can install it with apt when it is needed. */
function noTmux({ isRoot, hasApt }: MachineFacts): Problem[] {
  if (isRoot && hasApt) return [];
  const what = 'The tests of the command line on a terminal need tmux';
  if (!hasApt) return [{ what, mend: 'Install it, by its name in your distribution' }];
  return [{ what, mend: 'Install it: sudo apt-get install -y tmux' }];
}

function notLinux(platform: string): Problem {
  const what = `The local Kubernetes needs Linux, and this is ${platform}`;
  return { what, mend: 'Use kind or any other cluster with cert-manager: npm run demo -- --context NAME' };
}

/** Whether a version such as `1.26.1` or `1.27rc1` is older than another. A missing part counts as 0. */
function isOlder(version: string, oldest: string): boolean {
  const [found, required] = [numbersOf(version), numbersOf(oldest)];
  for (const [index, number] of required.entries()) {
    const difference = (found[index] ?? 0) - number;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

const numbersOf = (version: string): number[] =>
  (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map((part) => Number(part));
