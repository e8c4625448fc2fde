import type { ValidationRule } from './kubernetes/json-schema.ts';

/** RFC 1123: what the name of a JobTemplate can be. */
export const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** The same rules as the pattern, with messages. At most one of them applies to a value. */
export const TEMPLATE_REF_RULES: ValidationRule[] = [
  { rule: "self != ''", message: 'is empty: give the name of a JobTemplate in this namespace' },
  {
    rule: "!self.contains('/')",
    message:
      "must be the name alone, without a namespace: a JobRun can only use a JobTemplate of the JobRun's own namespace",
  },
  {
    rule: `self == '' || self.contains('/') || self.matches('${NAME_PATTERN.replaceAll('\\', '\\\\')}')`,
    message:
      'cannot be the name of a JobTemplate: a name has only lower-case letters, digits, "-" and ".", and begins and ends with a letter or digit',
  },
];
