import type { FieldError } from '../../core/errors/field-error.ts';
import type { AdmissionCase } from './admission-case.ts';
import { withoutSecrets } from './without-secrets.ts';
import { allow, denyForbidden, denyInvalid, type Allowed, type Verdict } from './verdict.ts';

/** What one check found. Empty: nothing to report. */
export interface Findings {
  /** The user lacks a permission. Reported alone, so that the user learns nothing else about the template. */
  unauthorized?: string | undefined;
  errors?: readonly FieldError[];
  /** The API server would refuse the Job because of something else, such as a quota. Reported if there are no errors. */
  forbidden?: string | undefined;
  warnings?: readonly string[];
  /** Warnings about the effect of the request: a denial has no effect, and does not show them. */
  effects?: readonly string[];
  /** For the audit log of the API server. */
  audit?: Record<string, string>;
}

/** Checks one aspect of a request. Never denies by itself, and never throws for a mistake of the user. */
export type Check<C extends AdmissionCase> = (admission: C) => Findings | Promise<Findings>;

/** The checks in stages. Checks of one stage run in parallel. A stage runs only if the stages before it do not deny. */
export type Stages<C extends AdmissionCase> = readonly (readonly Check<C>[])[];

/** Runs the checks and combines what they found: all errors of a stage are reported together. */
export async function runChecks<C extends AdmissionCase>(admission: C, stages: Stages<C>): Promise<Verdict> {
  const findings: Findings[] = [];
  for (const checks of stages) {
    const found = await Promise.all(checks.map(async (check) => check(admission)));
    findings.push(...(await withoutSecrets(admission, found)));
    const denial = denialOf(admission, findings);
    if (denial !== undefined) return denial;
  }
  return allowed(findings);
}

function denialOf({ request }: AdmissionCase, findings: readonly Findings[]): Verdict | undefined {
  const unauthorized = first(findings, ({ unauthorized }) => unauthorized);
  if (unauthorized !== undefined) return denyForbidden(request, unauthorized);
  const errors = findings.flatMap(({ errors = [] }) => errors);
  const warnings = findings.flatMap(({ warnings = [] }) => warnings);
  if (errors.length > 0) return denyInvalid(request, errors, warnings);
  const forbidden = first(findings, ({ forbidden }) => forbidden);
  return forbidden === undefined ? undefined : denyForbidden(request, forbidden);
}

function allowed(findings: readonly Findings[]): Allowed {
  const verdict = allow(findings.flatMap(({ warnings = [], effects = [] }) => [...warnings, ...effects]));
  const audit = Object.assign({}, ...findings.map(({ audit }) => audit)) as Record<string, string>;
  return Object.keys(audit).length === 0 ? verdict : { ...verdict, audit };
}

function first<T>(findings: readonly Findings[], part: (found: Findings) => T | undefined): T | undefined {
  return findings.map(part).find((value) => value !== undefined);
}
