/** What plans that run over one stream have in common: each view is made once a frame, each stage scores it once. */
import type { DifferenceStage, SmallView, SpecializedStage } from '@noscope/engine';
import { checkPlan } from '@noscope/plan';
import { NoScopeError } from '@noscope/query';
import type { CascadeRun } from './run.ts';

/** A stage, the view it reads, and the plans that use it (as places in the list of cascades). */
export interface Shared<S> {
  stage: S;
  view: number;
  users: number[];
}

export interface SharedStages {
  views: SmallView[];
  differences: Shared<DifferenceStage>[];
  specialized: Shared<SpecializedStage>[];
  /** For each view whether frames are compared with later ones by it, so that its bytes stay for t_diff. */
  isKept: boolean[];
  /** For each cascade the view of its detector, or -1. */
  detectorView: number[];
  /** For each cascade the view of its model, or -1. */
  modelView: number[];
}

/** Throws `bad-input` when a plan lacks a stage, has one of another kind, or an id is there twice. */
export function shareStages(cascades: readonly CascadeRun[]): SharedStages {
  if (cascades.length === 0) throw new NoScopeError('bad-input', 'there is nothing to run: give at least one cascade');
  const views: SmallView[] = [];
  const names = new Map<string, number>();
  const viewOf = (view: SmallView): number => {
    const name = JSON.stringify([view.size, view.crop?.x, view.crop?.y, view.crop?.w, view.crop?.h]);
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, views.length);
    return views.push(view) - 1;
  };
  const differences = new Map<string, Shared<DifferenceStage>>();
  const specialized = new Map<string, Shared<SpecializedStage>>();
  const isKept: boolean[] = [];
  const ids = new Set<string>();
  cascades.forEach((cascade, place) => {
    if (ids.has(cascade.id)) throw new NoScopeError('bad-input', `two cascades are called ${cascade.id}; run it once`);
    ids.add(cascade.id);
    const { plan } = cascade;
    checkPlan(plan);
    if (plan.detector !== null) {
      const stage = need(cascade.id, 'difference detector', plan.detector.id, cascade.difference);
      if (stage.against !== plan.detector.against) {
        throw new NoScopeError(
          'bad-input',
          `cascade ${cascade.id} compares with ${plan.detector.against}, its stage ${stage.id} with ${stage.against}; open the detector that the plan names`,
        );
      }
      const shared = share(differences, stage, viewOf);
      shared.users.push(place);
      if (stage.against === 'earlier') isKept[shared.view] = true;
    }
    if (plan.model !== null) {
      const stage = need(cascade.id, 'specialized model', plan.model.id, cascade.specialized);
      share(specialized, stage, viewOf).users.push(place);
    }
  });
  const viewsByUser = (stages: Iterable<Shared<unknown>>): number[] => {
    const found = cascades.map(() => -1);
    for (const { view, users } of stages) for (const user of users) found[user] = view;
    return found;
  };
  return {
    views,
    differences: [...differences.values()],
    specialized: [...specialized.values()],
    isKept: views.map((_, view) => isKept[view] === true),
    detectorView: viewsByUser(differences.values()),
    modelView: viewsByUser(specialized.values()),
  };
}

function share<S extends { id: string; view: SmallView }>(
  known: Map<string, Shared<S>>,
  stage: S,
  viewOf: (view: SmallView) => number,
): Shared<S> {
  let shared = known.get(stage.id);
  if (shared === undefined) {
    shared = { stage, view: viewOf(stage.view), users: [] };
    known.set(stage.id, shared);
  }
  return shared;
}

function need<S>(cascade: string, kind: string, id: string, stage: S | null): S {
  if (stage === null) {
    throw new NoScopeError('bad-input', `cascade ${cascade} needs the ${kind} ${id}; open it from its bundle`);
  }
  return stage;
}
