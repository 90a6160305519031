/** The anchor that GitHub makes of a heading. */
export function slug(heading: string): string {
  return heading.toLowerCase().replace(/[^\w-]/g, "");
}
