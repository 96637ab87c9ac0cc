export { type BundleParts, buildBundle, type DetectorPart, type ModelPart, withPlan } from './bundle/build.ts';
export { canonicalJson, sha256Hex } from './bundle/canonical.ts';
export { bundleTraces, detectorFile, modelFiles } from './bundle/files.ts';
export {
  type Beside,
  type Bundle,
  type BundleAccuracy,
  type BundleCosts,
  type BundleFile,
  type Decides,
  type FileRole,
  type FrontierPoint,
  MANIFEST_VERSION,
  type Manifest,
  manifestSchema,
  type Provenance,
  planSchema,
} from './bundle/manifest.ts';
export { decodeRecording, encodeRecording, type Traces, type TracesIndex } from './bundle/traces.ts';
export {
  checkFile,
  decodeManifest,
  encodeManifest,
  MANIFEST_FILE,
  openBundle,
  parseManifest,
  verifyBundle,
} from './bundle/verify.ts';
export { type Audit, type AuditOutcome, type AuditSummary, drawsFrame } from './executor/audit.ts';
export { execute } from './executor/execute.ts';
export { DecisionLedger, type Entry, type LedgerOptions, type Source } from './executor/ledger.ts';
export type {
  CascadeRun,
  ExecuteOptions,
  ReferenceAnswers,
  RunSummary,
  StageSeconds,
} from './executor/run.ts';
