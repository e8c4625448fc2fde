/**
 * Every limit on what users write, once. A schema, the webhook or `core/` checks each of them, and its error message
 * names it.
 */

/** Bytes of the JSON of a JobTemplate or ClusterJobTemplate, without `metadata.managedFields`. */
export const LARGEST_TEMPLATE = 256 * 1024;
/** Bytes of the JSON of a JobRun, without `metadata.managedFields`. */
export const LARGEST_RUN = 256 * 1024;
/** Bytes of the JSON of a rendered Job. etcd accepts about 1.5 MiB. */
export const LARGEST_JOB = 1024 * 1024;

/** Bytes of one argument, or of one `NAME=VALUE` of the environment, of a process on Linux (`MAX_ARG_STRLEN`). */
export const LONGEST_ARGUMENT = 128 * 1024;

/** Parameters that a template declares, and values that a run sets. */
export const MOST_PARAMETERS = 100;
/** Results that a template declares. */
export const MOST_RESULTS = 50;
/** Bytes that Kubernetes stores of what one container writes to its termination log. */
export const LARGEST_RESULTS = 4096;
/** Values of an `enum`. */
export const MOST_ENUM_VALUES = 1000;
/** Characters of a `pattern`. */
export const LONGEST_PATTERN = 1000;
/** `$` in a template. Each can begin a placeholder, and costs memory when the template is compiled. */
export const MOST_DOLLARS = 50_000;
/** Characters of the paths of all strings of a template that contain a `$`. A long key is part of each path below it. */
export const MOST_PATH_CHARACTERS = 16 * 1024 * 1024;
/** Runs of a group that are under way at the same time. One object stores the names of all of them. */
export const MOST_CONCURRENT_RUNS = 250;
/** Runs of a group that wait. Admission counts them. */
export const MOST_QUEUED_RUNS = 500;
/** Errors that are computed for one object. More are not looked for. */
export const MOST_ERRORS = 50;
/** Levels of maps and lists in an object. A JobTemplate that Kubernetes accepts needs about 20. */
export const DEEPEST_OBJECT = 100;
