// A thread that renders frames of a scene. As in noscope.js, the sources are TypeScript and run as they are.
import { register } from 'tsx/esm/api';

register();
await import('../src/scene-worker.ts');
