export { makeOffscreenSurface } from './surface.ts';
