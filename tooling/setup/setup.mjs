/**
 * Brings a checkout to the point where everything runs: the right Node, pnpm, the dependencies, redis-server and
 * memcached, and the build. Run before every npm script; does only what is missing.
 */
import { buildPackages } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { checkNodeVersion } from './node-version.mjs';
import { ensurePackageManager } from './package-manager.mjs';
import { ensureServers } from './servers.mjs';
import { renderFailure } from './setup-error.mjs';
import { readManifest, root } from './workspace.mjs';

try {
  const manifest = readManifest('.');
  checkNodeVersion(process.version, manifest.engines?.node ?? '>=20');
  // Only for what is missing: with dependencies in place and a build that is cached, these take a fraction of a second.
  await ensureServers();
  await ensurePackageManager(manifest.packageManager);
  await ensureDependencies(root);
  await buildPackages(root);
} catch (error) {
  process.stderr.write(`${renderFailure(error)}\n`);
  process.exitCode = 1;
}
