/** Where CUDA's libraries are put: by toolkits, distributions, containers, and Python's packages. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The environment, injected so that tests can search elsewhere. */
export type Environment = Readonly<Record<string, string | undefined>>;

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Newest first: versions sort by their numbers. */
function newestFirst(list: readonly string[]): string[] {
  return [...list].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

function below(folder: string, pattern: RegExp): string[] {
  return newestFirst(names(folder).filter((name) => pattern.test(name))).map((name) => join(folder, name));
}

const list = (paths: string | undefined): string[] => (paths ?? '').split(':').filter((path) => path !== '');

/** A toolkit's folders. Its stubs are left out: they have every symbol and no function. */
function toolkit(root: string): string[] {
  return [
    join(root, 'lib64'),
    ...below(join(root, 'targets'), /-linux$/).map((target) => join(target, 'lib')),
    join(root, 'lib'),
  ];
}

function toolkits(environment: Environment): string[] {
  const named = [environment.CUDA_HOME, environment.CUDA_PATH].filter((root) => root !== undefined && root !== '');
  const installed = ['/usr/local/cuda', ...below('/usr/local', /^cuda-/), '/opt/cuda', ...below('/opt', /^cuda-/)];
  return [...(named as string[]), ...installed].flatMap(toolkit);
}

const DISTRIBUTION = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/lib/x86_64-linux-gnu/nvidia/current',
  '/usr/local/nvidia/lib64',
  '/usr/local/nvidia/lib',
  '/usr/lib/wsl/lib',
  '/run/opengl-driver/lib',
];

/** Every site-packages folder of a Python installation or virtual environment. */
function sitePackages(root: string): string[] {
  return below(join(root, 'lib'), /^python3/).flatMap((python) => [
    join(python, 'site-packages'),
    join(python, 'dist-packages'),
  ]);
}

/** Python's packages bring the libraries in nvidia/NAME/lib. Interpreters are found through PATH, as a shell finds them. */
function wheels(environment: Environment): string[] {
  const home = environment.HOME ?? homedir();
  const roots = [
    environment.VIRTUAL_ENV,
    environment.CONDA_PREFIX,
    ...list(environment.PATH)
      .filter((folder) => folder.endsWith('/bin') && names(folder).some((name) => /^python3?$/.test(name)))
      .map(dirname),
    join(home, '.local'),
    '/usr/local',
    '/usr',
    '/opt/conda',
    ...below(join(home, '.pyenv', 'versions'), /./),
  ].filter((root): root is string => root !== undefined && root !== '');
  const folders = [...new Set(roots)].flatMap(sitePackages);
  return [...folders, '/usr/lib/python3/dist-packages'].flatMap((folder) => {
    const found = below(join(folder, 'nvidia'), /./).map((name) => join(name, 'lib'));
    // Somewhere to look, even if nothing is there: an error should say so.
    return found.length === 0 && names(folder).length > 0 ? [join(folder, 'nvidia', '*', 'lib')] : found;
  });
}

/** All folders, most specific first, each once. */
export function places(environment: Environment): string[] {
  const conda = environment.CONDA_PREFIX;
  return [
    ...new Set([
      ...list(environment.SLALOM_CUDA_LIBRARIES),
      ...list(environment.LD_LIBRARY_PATH),
      ...toolkits(environment),
      ...DISTRIBUTION,
      ...(conda === undefined || conda === '' ? [] : [join(conda, 'lib')]),
      ...wheels(environment),
    ]),
  ];
}
