import { Option } from 'commander';
import type { Command } from 'commander';
import { duration } from '../cluster/cluster-flags.ts';
import { OBJECT_FORMATS } from '../terminal/objects-text.ts';
import type { ObjectFormat } from '../terminal/objects-text.ts';

/** What the flags of `run` set in the run. */
export interface ContentFlags {
  param?: string[];
  paramsFile?: string[];
  name?: string;
  clusterTemplate?: true;
  revision?: string;
  env?: string[];
  image?: string;
  container?: string;
  cpu?: string;
  memory?: string;
  label?: string[];
  annotation?: string[];
  suspend?: true;
}

/** Whether the command asks questions. */
export interface InputFlags {
  interactive?: true;
  /** False with `--no-input`. */
  input: boolean;
}

/** How the command creates the run, and waits for it. */
export interface StartFlags extends InputFlags {
  detach?: true;
  wait?: true;
  attachIfExists?: true;
  dryRun?: 'client' | 'server';
  output?: ObjectFormat;
  timeout?: number;
  onTimeout: 'detach' | 'cancel';
  onInterrupt: 'ask' | 'detach' | 'cancel';
  passExitCode?: true;
}

export type RunFlags = ContentFlags & StartFlags;

const each = (value: string, before: string[] = []): string[] => [...before, value];

export function addParameterFlags(command: Command): Command {
  return command
    .option('-p, --param <name=value>', 'a parameter; @FILE or - (standard input) as the value reads it', each)
    .option('-P, --params-file <file>', 'parameters from a YAML or JSON file', each)
    .option('--name <name>', 'name of the run; without it, the name of the template with a random ending');
}

export function addContentFlags(command: Command): Command {
  return addParameterFlags(command)
    .option('--cluster-template', 'TEMPLATE is a ClusterJobTemplate')
    .option('--revision <revision>', 'an older revision of the template')
    .option('-e, --env <name=value>', 'an environment variable', each)
    .option('--image <image>', 'the image of the container')
    .option(
      '--container <name>',
      'the container that -e, --image, --cpu, --memory and ARGS are for; default: the first',
    )
    .option('--cpu <quantity>', 'CPU request and limit of the container')
    .option('--memory <quantity>', 'memory request and limit of the container')
    .option('--label <key=value>', 'a label of the Job and its Pods', each)
    .option('--annotation <key=value>', 'an annotation of the Job and its Pods', each)
    .option('--suspend', 'create the run suspended');
}

export function addStartFlags(command: Command): Command {
  return command
    .option('-d, --detach', 'print the name of the run, and do not wait for it')
    .option('--wait', 'wait for the run, and do not print its logs')
    .option('--attach-if-exists', 'if a run of this --name exists, wait for that one')
    .addOption(new Option('--dry-run <where>', 'only check the run').choices(['client', 'server']))
    .addOption(new Option('-o, --output <format>', 'print the run in this format').choices(OBJECT_FORMATS))
    .option('--timeout <duration>', 'how long to wait, such as 30m', duration)
    .addOption(onEvent('--on-timeout <action>', 'what to do if the time is over', ['detach', 'cancel']))
    .addOption(onEvent('--on-interrupt <action>', 'what to do at Ctrl-C', ['ask', 'detach', 'cancel']))
    .option('-i, --interactive', 'ask for every parameter that the command line does not set')
    .option('--no-input', 'ask nothing; without it, a terminal is asked for parameters that are needed')
    .option('--pass-exit-code', 'exit with the exit code of the container if the run failed');
}

function onEvent(flag: string, description: string, [byDefault = '', ...others]: string[]): Option {
  return new Option(flag, description).choices([byDefault, ...others]).default(byDefault);
}
