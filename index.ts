import { announce } from "./components/announce";
import { deploy } from "./components/deploy";
import { readKubeconfig } from "./components/kubernetes/read-kubeconfig";
import { loadStack } from "./components/load-stack";
import { observe } from "./components/observe";
import { plainErrors } from "./components/plain-errors";
import { place } from "./placement/place";

/** load → observe → place → announce → deploy. Left of the plan everything is plain; right of it nothing decides. */
export = () =>
  plainErrors(async () => {
    const topology = loadStack(await observe());
    const plan = await place(topology);
    announce(topology, plan);
    await readKubeconfig(topology);
    return deploy(topology, plan);
  });
