import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What a Python of this computer is and has; `undefined` in the place of a Ray that it has not. */
export interface LocalPython {
  readonly program: string;
  readonly python: string;
  readonly ray: string | undefined;
}

export interface RayVersionsThere {
  readonly ray: string;
  /** Undefined: nobody knows. */
  readonly python?: string;
}

const question = `
import json, platform
try:
    from importlib.metadata import version
    ray = version("ray")
except Exception:
    ray = None
print(json.dumps({"python": platform.python_version(), "ray": ray}))
`;

/** Asks a Python of this computer; undefined when there is none of that name, or it is older than all that Ray knows. */
export async function localPython(program: string): Promise<LocalPython | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["-c", question]);
    const { python, ray } = JSON.parse(stdout);
    return { program, python, ray: ray ?? undefined };
  } catch {
    return undefined;
  }
}

/** What keeps it from being a client of the cluster, in words; empty when nothing does. Ray Client asks for the same Ray and the same Python but for its last number. */
export function misfits(program: string, here: LocalPython | undefined, there: RayVersionsThere): string[] {
  if (!here) return [`there is no ${program} here`];
  const minor = (version: string) => version.split(".").slice(0, 2).join(".");
  return [
    ...(there.python !== undefined && minor(here.python) !== minor(there.python)
      ? [`${program} here is Python ${here.python}, the cluster has ${there.python}`]
      : []),
    ...(here.ray === undefined ? [`${program} here has no Ray, the cluster has ${there.ray}`] : []),
    ...(here.ray !== undefined && here.ray !== there.ray
      ? [`${program} here has Ray ${here.ray}, the cluster has ${there.ray}`]
      : []),
  ];
}

/** The commands that make a Python which fits, in a folder that is typed as it is. */
export function fittingEnvironment(
  folder: string,
  { ray, python }: RayVersionsThere,
  hasUv: boolean,
): string {
  const minor = python?.split(".").slice(0, 2).join(".");
  const wanted = `'ray[client]==${ray}'`;
  return hasUv
    ? `uv venv${minor ? ` --python ${minor}` : ""} ${folder} && uv pip install --python ${folder}/bin/python ${wanted}`
    : `python${minor ?? "3"} -m venv ${folder} && ${folder}/bin/python -m pip install ${wanted}`;
}
