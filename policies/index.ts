import { version } from "../package.json";
import { rules } from "./rules";
import { servePack } from "./serve-pack";

/** The pack, for `pulumi preview --policy-pack policies`. */
servePack({ name: "berth", version, rules });
