import { hostname, userInfo } from "node:os";

/** How the owner of every stack begins that was first started from the checkout in `folder`; a `#` and its own part follow. */
export function ownerHere(folder: string): string {
  return `${userInfo().username}@${hostname()}:${folder}`;
}
