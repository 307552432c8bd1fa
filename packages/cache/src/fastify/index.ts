export { type CacheHealthBody, cachePlugin, type CachePluginOptions } from './cache-plugin.ts';
