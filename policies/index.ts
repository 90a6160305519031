import { PolicyPack } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi";
import { readOverrides } from "./overrides";
import { rules } from "./rules";
import { toPolicy } from "./to-policy";

const overrides = readOverrides(new Config("berth").get("policies"), rules);

/** The pack, for `pulumi preview --policy-pack policies`. */
new PolicyPack("berth", {
  policies: [
    ...rules.mandatory.map((rule) => toPolicy(rule, "mandatory", overrides)),
    ...rules.advisory.map((rule) => toPolicy(rule, "advisory", overrides)),
  ],
});
