export { Expressions } from './expressions.ts';
export { type OnnxAttribute, type OnnxData, OnnxGraph, type OnnxType } from './graph.ts';
