export * from './accuracy.ts';
export * from './decision.ts';
export * from './errors.ts';
export * from './progress.ts';
export * from './query.ts';
export * from './statistics.ts';
