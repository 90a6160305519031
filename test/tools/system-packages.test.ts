import { afterEach, expect, test, vi } from "vitest";
import { find, installPackages } from "../../tools/system-packages.mjs";

afterEach(() => vi.restoreAllMocks());

test.runIf(find("apt-get"))("who may not install is told what to type", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1000);
  const wanted = [
    { name: "sshd", apt: "openssh-server" },
    { name: "rsync", apt: "rsync" },
  ];
  await expect(installPackages(wanted, () => {})).rejects.toThrow(
    "not found: sshd, rsync. Type this, then run npm run setup again:\n  sudo apt-get install -y --no-install-recommends openssh-server rsync",
  );
});
