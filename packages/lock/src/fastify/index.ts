export { fencingPlugin, type FencingPluginOptions, type RequestFencing } from './fencing-plugin.ts';
export { type FencingProblem } from './problem.ts';
