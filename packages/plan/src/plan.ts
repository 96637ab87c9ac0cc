/** A plan: which detector, which model, which thresholds, which skip. Everything that determines decisions, nothing else. */

/** A difference detector as the plan sees it. */
export interface DetectorUse {
  /** Id of the detector in its bundle. */
  id: string;
  against: 'reference-image' | 'earlier';
  /** How far back the compared frame lies, in seconds; 0 for the reference image. */
  tDiffS: number;
  /** No label is carried over a multiple of this many seconds, see `pairing.ts`; 0 for the reference image. */
  maxReuseS: number;
  /** δ_diff: a difference ≤ `delta` is "no change". */
  delta: number;
}

/** A specialized model as the plan sees it: c < cLow is no, c > cHigh is yes, in between asks the reference model. */
export interface ModelUse {
  id: string;
  cLow: number;
  cHigh: number;
}

export interface Plan {
  /** One frame per `tSkipS` seconds is looked at; 0 looks at every frame. */
  tSkipS: number;
  /** How far a frame's timestamp may lie from where t_skip and t_diff expect it, in seconds (half a frame interval). */
  toleranceS: number;
  detector: DetectorUse | null;
  model: ModelUse | null;
}

/** The plan that is always legal and always right: ask the reference model about every frame. */
export const referenceOnly = (toleranceS: number): Plan => ({ tSkipS: 0, toleranceS, detector: null, model: null });
