export { bestCostS, canBeat, type Floor, floorOf, leastCostS } from './bound.ts';
export { budgetOf } from './budgets.ts';
export type { PlanChoice } from './chooser.ts';
export { type Costs, costPerFrame, lookS, type StageCosts, stageCosts } from './costs.ts';
export { type EstimateUse, estimate, meets, type PlanEstimate } from './estimate.ts';
export type { DetectorCandidate, ModelCandidate, OptimizeInput } from './input.ts';
export {
  type Choice,
  FRONTIER_TARGETS,
  type FrontierPoint,
  optimize,
  PLAN_STAGES,
  type PlanStage,
} from './optimize.ts';
export type { Budget } from './search.ts';
export { gapS, type Part, type SplitUse, splitByTime, splitLearning } from './splits.ts';
